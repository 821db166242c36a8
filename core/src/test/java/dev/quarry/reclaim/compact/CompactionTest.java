package dev.quarry.reclaim.compact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.Zone;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every other page is held: compaction makes large blocks, and nothing is lost. */
class CompactionTest {
  private static final int PAGES = 6000;

  private static long events(FragmentedMachine m, VmEvent event) {
    return m.machine.memory().events().sum(event);
  }

  private static long largeBlocks(FragmentedMachine m) {
    long blocks = 0;
    for (Zone zone : m.machine.memory().zones()) {
      blocks += zone.area(9).nrFree() + 2L * zone.area(10).nrFree();
    }
    return blocks;
  }

  @Test
  void aWholeMachineIsCompacted() {
    try (FragmentedMachine m = new FragmentedMachine(PAGES, 2)) {
      long before = largeBlocks(m);
      List<Compaction.ZoneRun> runs = m.machine.reclaim().compaction().compactMemory(m.cpu);
      m.machine.allocator().drainAllPages();
      assertThat(m.machine.invariants()).isEmpty();
      assertThat(m.firstLostPage()).isEqualTo(-1);
      long moved = runs.stream().mapToLong(Compaction.ZoneRun::moved).sum();
      assertThat(moved).isBetween(1000L, PAGES / 2L);
      assertThat(largeBlocks(m) - before).isGreaterThanOrEqualTo(4);
      assertThat(events(m, VmEvent.PGMIGRATE_SUCCESS)).isEqualTo(moved);
      assertThat(events(m, VmEvent.PGMIGRATE_FAIL)).isLessThanOrEqualTo(2);
      System.out.println(runs + " " + before + " " + largeBlocks(m));
    }
  }

  @Test
  void aRequestGetsTheBlockThatCompactionWins() {
    try (FragmentedMachine m = new FragmentedMachine(PAGES, 2)) {
      for (int i = 0; i < 20; i++) {
        Trail trail = new Trail();
        int pfn =
            m.machine
                .allocator()
                .allocPagesTraced(m.cpu, Gfp.GFP_TRANSHUGE | Gfp.NOWARN, 9, trail);
        System.out.println(pfn + "\n" + trail.render());
        assertThat(m.machine.invariants()).isEmpty();
        if (pfn == Pfn.NONE) break;
      }
      assertThat(m.firstLostPage()).isEqualTo(-1);
    }
  }
}
