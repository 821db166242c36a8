package dev.quarry.reclaim.compact;

import static dev.quarry.reclaim.compact.FragmentedMachine.AT;
import static dev.quarry.reclaim.compact.FragmentedMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.observe.ProcFs;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.Zone;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Every other page is held: compaction makes large blocks, and nothing is lost. */
class CompactionTest {
  private static final int PAGES = 6000;
  private static final int HUGE = 9;

  private static long events(FragmentedMachine m, VmEvent event) {
    return m.machine.memory().events().sum(event);
  }

  private static long largeBlocks(FragmentedMachine m) {
    long blocks = 0;
    for (Zone zone : m.machine.memory().zones()) {
      blocks += zone.area(HUGE).nrFree() + 2L * zone.area(HUGE + 1).nrFree();
    }
    return blocks;
  }

  private static void sound(FragmentedMachine m) {
    assertThat(m.machine.invariants()).isEmpty();
    assertThat(m.firstLostPage()).isEqualTo(-1);
    assertThat(m.machine.files().read("/proc/vmstat").orElseThrow())
        .contains("nr_isolated_anon 0\n", "nr_isolated_file 0\n");
  }

  @Test
  void aWholeMachineIsCompacted() {
    try (FragmentedMachine m = new FragmentedMachine(PAGES, 2)) {
      long before = largeBlocks(m);
      List<Compaction.ZoneRun> runs = m.machine.reclaim().compaction().compactMemory(m.cpu);
      m.machine.allocator().drainAllPages();
      sound(m);
      long moved = runs.stream().mapToLong(Compaction.ZoneRun::moved).sum();
      assertThat(moved).isBetween(1000L, PAGES / 2L);
      assertThat(largeBlocks(m) - before).isGreaterThanOrEqualTo(4);
      assertThat(events(m, VmEvent.PGMIGRATE_SUCCESS)).isEqualTo(moved);
      assertThat(events(m, VmEvent.COMPACT_ISOLATED)).isGreaterThanOrEqualTo(2 * moved);
    }
  }

  @Test
  void aRequestGetsTheBlockThatCompactionWins() {
    try (FragmentedMachine m = new FragmentedMachine(PAGES, 2)) {
      String trails = "";
      int served = 0;
      for (int pfn = 0; pfn != Pfn.NONE; served++) {
        Trail trail = new Trail();
        int gfp = Gfp.GFP_TRANSHUGE | Gfp.NOWARN;
        pfn = m.machine.allocator().allocPagesTraced(m.cpu, gfp, HUGE, trail);
        trails += trail.render();
        sound(m);
      }
      assertThat(served).isGreaterThan(3);
      assertThat(trails)
          .contains("compaction, async: ", "compaction, sync light: success")
          .containsPattern("compact Node 0 zone DMA32: scanned \\d+ frames for pages and \\d+ for")
          .contains("which compaction won")
          .contains("compact Node 0 zone DMA: skipped, nothing to move or no room");
      long stalls = events(m, VmEvent.COMPACT_STALL);
      long ended = events(m, VmEvent.COMPACT_SUCCESS) + events(m, VmEvent.COMPACT_FAIL);
      assertThat(stalls).isPositive().isEqualTo(ended);
    }
  }

  @Test
  void withoutTheRightToWaitThereIsNoBlock() {
    try (FragmentedMachine m = new FragmentedMachine(PAGES, 2)) {
      int gfp = Gfp.GFP_TRANSHUGE_LIGHT | Gfp.NOWARN;
      while (m.machine.allocator().allocPages(m.cpu, gfp, HUGE) != Pfn.NONE) {
        // What was free as it was.
      }
      assertThat(events(m, VmEvent.PGMIGRATE_SUCCESS)).isZero();
      // The next one only wakes the daemon, which makes a block in its own time.
      int defer = gfp | Gfp.KSWAPD_RECLAIM;
      assertThat(m.machine.allocator().allocPages(m.cpu, defer, HUGE)).isEqualTo(Pfn.NONE);
      Kcompactd daemon = m.machine.reclaim().compaction().daemons().getFirst();
      for (int i = 0; i < 40 && events(m, VmEvent.COMPACT_DAEMON_WAKE) == 0; i++) {
        m.process.load(m.cpu, AT, 8); // daemons work between operations
        m.machine.reclaim().kswapds().getFirst().step(m.cpu);
        m.machine.reclaim().compaction().wake(daemon.node(), HUGE, 2);
        daemon.step(m.cpu);
      }
      while (daemon.isAwake()) {
        daemon.step(m.cpu);
      }
      assertThat(events(m, VmEvent.COMPACT_DAEMON_MIGRATE_SCANNED)).isPositive();
      sound(m);
      assertThat(m.machine.allocator().allocPages(m.cpu, gfp, HUGE)).isNotEqualTo(Pfn.NONE);
    }
  }

  /** It has done zones 0 and 1 when somebody asks for zone 0 alone: that ends after the next. */
  @Test
  void oneThatIsAwakeMayBeAskedForAZoneBelow() {
    try (FragmentedMachine m = new FragmentedMachine(PAGES, 2)) {
      int gfp = Gfp.GFP_TRANSHUGE_LIGHT | Gfp.NOWARN;
      while (m.machine.allocator().allocPages(m.cpu, gfp, HUGE) != Pfn.NONE) {
        // What was free as it was.
      }
      Compaction compaction = m.machine.reclaim().compaction();
      Kcompactd daemon = compaction.daemons().getFirst();
      compaction.wake(daemon.node(), HUGE, 2);
      assertThat(daemon.isAwake()).isTrue();
      assertThat(daemon.step(m.cpu)).isTrue();
      assertThat(daemon.step(m.cpu)).isTrue();
      compaction.wake(daemon.node(), HUGE, 0);
      assertThat(daemon.step(m.cpu)).isFalse();
      assertThat(daemon.isAwake()).isFalse();
      sound(m);
    }
  }

  @Test
  void pagesOfManyKindsMove() {
    try (FragmentedMachine m = new FragmentedMachine(PAGES, 3)) {
      SystemCalls calls = new SystemCalls(m.cpu, m.process);
      m.process.limits().memlock(1 << 20);
      assertThat(calls.mlock(AT, 64 * PAGE)).isZero(); // locked pages move, and stay locked
      long shared = calls.mmap(0, 300 * PAGE, 3, 1 | 0x20, -1, 0);
      for (int i = 0; i < 300; i++) {
        m.process.store(m.cpu, shared + i * PAGE, 8, i + 7);
      }
      Process child = Objects.requireNonNull(m.machine.processes().fork(m.cpu, m.process));
      for (int i = 0; i < PAGES; i += 24) {
        child.store(m.cpu, AT + i * PAGE, 8, -i);
      }
      long moved = 0;
      for (Compaction.ZoneRun run : m.machine.reclaim().compaction().compactMemory(m.cpu)) {
        moved += run.moved();
        assertThat(run.failed()).isLessThanOrEqualTo(1); // no frame left where the scanners meet
      }
      assertThat(moved).isGreaterThan(600);
      sound(m);
      for (int i = 0; i < PAGES; i += 3) {
        long expected = i % 24 == 0 ? -i : FragmentedMachine.value(i);
        assertThat(child.load(m.cpu, AT + i * PAGE, 8)).as("page %d", i).isEqualTo(expected);
      }
      for (int i = 0; i < 300; i++) {
        assertThat(child.load(m.cpu, shared + i * PAGE, 8)).isEqualTo(i + 7);
      }
      assertThat(m.machine.files().read("/proc/meminfo").orElseThrow())
          .contains("Mlocked:             256 kB");
    }
  }

  @Test
  void theSettingsAreWrittenAndDecide() {
    try (FragmentedMachine m = new FragmentedMachine(PAGES, 2)) {
      ProcFs files = m.machine.files();
      assertThat(files.read("/proc/sys/vm/extfrag_threshold")).contains("500\n");
      files.write("/proc/sys/vm/extfrag_threshold", "1000");
      int gfp = Gfp.GFP_TRANSHUGE | Gfp.NOWARN;
      while (m.machine.allocator().allocPages(m.cpu, gfp, HUGE) != Pfn.NONE) {
        // Nothing is compacted for costly orders now.
      }
      assertThat(events(m, VmEvent.COMPACT_STALL)).isZero();
      assertThatThrownBy(() -> files.write("/proc/sys/vm/compact_memory", "2"))
          .hasMessageContaining("2 is not 1");
      assertThatThrownBy(() -> files.write("/proc/sys/vm/compaction_proactiveness", "101"))
          .hasMessageContaining("101 is not 0 to 100");
      files.write("/proc/sys/vm/compact_unevictable_allowed", "0");
      files.write("/proc/sys/vm/compaction_proactiveness", "60"); // compacts down to a score of 40
      FragmentationScore score = m.machine.reclaim().compaction().score();
      assertThat(events(m, VmEvent.PGMIGRATE_SUCCESS)).isPositive();
      assertThat(score.ofNode(m.machine.memory().nodes().getFirst())).isLessThan(50);
      files.write("/proc/sys/vm/compact_memory", "1");
      sound(m);
    }
  }
}
