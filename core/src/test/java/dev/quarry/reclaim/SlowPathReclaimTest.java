package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.AT;
import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.ReclaimRequest;
import dev.quarry.physical.Trail;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneStat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What requests do when memory has run out, by what they allow. */
class SlowPathReclaimTest {
  private static final int PAGES = 2500;
  private static final int QUIET = Gfp.NOWARN;

  private final Machine machine = SmallMachine.boot();
  private final Cpu cpu = machine.cpu(0);
  private final MemorySwap store = MemorySwap.of(8192);
  private Process process = SmallMachine.process(machine, PAGES);

  @BeforeEach
  void fill() {
    machine.reclaim().oom().settings().enabled(false);
    machine.reclaim().swapOnOff().on("swap", store, 0);
    SmallMachine.fill(machine, process, PAGES);
  }

  @AfterEach
  void allIsStillThere() {
    assertThat(machine.invariants()).isEmpty();
    for (int i = 0; i < 50; i++) {
      assertThat(process.load(cpu, AT + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
    }
    machine.close();
  }

  private long events(VmEvent event) {
    return machine.memory().events().sum(event);
  }

  /** Takes single pages until none is given; frees the last ones so that tests can go on. */
  private int take(int gfp) {
    int taken = 0;
    int[] last = new int[8192];
    for (int pfn = 0; taken < last.length; taken++) {
      pfn = machine.allocator().allocPage(cpu, gfp | QUIET);
      if (pfn == Pfn.NONE) {
        break;
      }
      last[taken] = pfn;
    }
    for (int i = 0; i < taken; i++) {
      machine.allocator().freePage(cpu, last[i]);
    }
    return taken;
  }

  @Test
  void anAtomicRequestTakesFromTheReserveAndReclaimsNothing() {
    int taken = take(Gfp.GFP_ATOMIC);
    assertThat(taken).isLessThan(2000);
    assertThat(events(VmEvent.PGSCAN_DIRECT)).isZero();
    assertThat(machine.reclaim().kswapds().getFirst().isAwake()).isTrue();
  }

  @Test
  void aRequestThatMayWaitGetsWhatIsSwappedOut() {
    int atomic = take(Gfp.GFP_ATOMIC);
    assertThat(take(Gfp.GFP_KERNEL)).isGreaterThan(atomic + 1500);
    assertThat(events(VmEvent.PGSTEAL_DIRECT)).isGreaterThan(500);
    assertThat(machine.memory().allocStalls(0) + machine.memory().allocStalls(2)).isPositive();
  }

  @Test
  void withoutIoNothingIsSwappedOut() {
    long zones = machine.memory().zones().size();
    ReclaimRequest noIo = request(Gfp.GFP_NOIO, (int) zones - 1);
    assertThat(machine.reclaim().reclaim(noIo)).isZero();
    assertThat(store.writes()).isZero();
    ReclaimRequest noFs = request(Gfp.GFP_NOFS, (int) zones - 1);
    assertThat(machine.reclaim().reclaim(noFs)).isGreaterThanOrEqualTo(ScanControl.CLUSTER);
    assertThat(store.writes()).isGreaterThanOrEqualTo(ScanControl.CLUSTER);
  }

  private ReclaimRequest request(int gfp, int highestZone) {
    List<Zone> zones = machine.memory().nodes().getFirst().zonelist(highestZone);
    return new ReclaimRequest(cpu, gfp, 0, highestZone, zones, ReclaimRequest.ALL_NODES, null);
  }

  /** Takes memory down to the reserve with kswapd asleep. */
  private int[] hold() {
    int[] held = new int[8192];
    int count = 0;
    for (int pfn = 0; pfn != Pfn.NONE; ) {
      pfn =
          machine
              .allocator()
              .allocPage(cpu, (Gfp.GFP_KERNEL & ~Gfp.RECLAIM) | QUIET | Gfp.MEMALLOC);
      if (pfn != Pfn.NONE) {
        held[count++] = pfn;
      }
    }
    return java.util.Arrays.copyOf(held, count);
  }

  private void release(int[] held) {
    for (int pfn : held) {
      machine.allocator().freePage(cpu, pfn);
    }
  }

  @Test
  void everyStepIsInTheTrail() {
    int[] held = hold();
    Trail trail = new Trail();
    int pfn = machine.allocator().allocPagesTraced(cpu, Gfp.GFP_KERNEL, 0, trail);
    assertThat(pfn).isNotEqualTo(Pfn.NONE);
    assertThat(trail.render())
        .contains("wake kswapd")
        .containsPattern("priority \\d+: looked at \\d+ pages, freed \\d+")
        .containsPattern("direct reclaim: \\d+ pages");
    machine.allocator().freePage(cpu, pfn);
    release(held);
  }

  @Test
  void whoFreesMemoryUsesWhatIsLeftAndDoesNotWaitForItself() {
    int atomic = take(Gfp.GFP_ATOMIC);
    long scanned = events(VmEvent.PGSCAN_DIRECT);
    cpu.freeingMemory(true);
    int taken = take(Gfp.GFP_KERNEL);
    cpu.freeingMemory(false);
    assertThat(taken).isGreaterThan(atomic);
    assertThat(events(VmEvent.PGSCAN_DIRECT)).isEqualTo(scanned);
  }

  @Test
  void lockedPagesStay() {
    SystemCalls calls = new SystemCalls(cpu, process);
    process.limits().memlock(64 << 20);
    assertThat(calls.mlock(AT, 500 * PAGE)).isZero();
    assertThat(unevictable()).isEqualTo(500);
    take(Gfp.GFP_KERNEL);
    assertThat(machine.invariants()).isEmpty();
    assertThat(unevictable()).isEqualTo(500);
    long reads = store.reads();
    for (int i = 0; i < 500; i++) {
      assertThat(process.load(cpu, AT + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
    }
    assertThat(store.reads()).isEqualTo(reads);
    String text = machine.files().read("/proc/meminfo").orElseThrow();
    assertThat(text)
        .contains("Mlocked:            2000 kB")
        .contains("Unevictable:        2000 kB");
    assertThat(calls.munlock(AT, 300 * PAGE)).isZero();
    assertThat(unevictable()).isEqualTo(200);
    assertThat(calls.munmap(AT + 400 * PAGE, 100 * PAGE)).isZero();
    assertThat(unevictable()).isEqualTo(100);
  }

  private long unevictable() {
    long pages = 0;
    for (Zone zone : machine.memory().zones()) {
      pages += zone.stat(ZoneStat.NR_MLOCK);
    }
    assertThat(machine.memory().nodes().getFirst().stat(NodeStat.NR_UNEVICTABLE)).isEqualTo(pages);
    return pages;
  }

  @Test
  void aShrinkerIsAsked() {
    long[] objects = {1000};
    machine
        .reclaim()
        .add(
            new Shrinker() {
              @Override
              public long count() {
                return objects[0];
              }

              @Override
              public long scan(long count) {
                long gone = Math.min(count, objects[0]);
                objects[0] -= gone;
                return gone;
              }
            });
    take(Gfp.GFP_KERNEL);
    assertThat(objects[0]).isBetween(0L, 990L);
    assertThat(events(VmEvent.SLABS_SCANNED)).isGreaterThanOrEqualTo(1000 - objects[0]);
  }
}
