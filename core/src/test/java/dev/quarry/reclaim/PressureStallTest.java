package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.AT;
import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.stall.PsiGroup;
import dev.quarry.machine.stall.Resource;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.VmEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.virtual.cache.DiskModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stalls of a simulated machine whose disk takes time. */
class PressureStallTest {
  private static final long PAGE_NANOS = 250_000;
  private static final int PAGES = 5_000;

  private final Machine machine = SmallMachine.boot();
  private final Cpu cpu = machine.cpu(0);
  private final PsiGroup system = machine.memory().stalls().system();

  @BeforeEach
  void aDiskThatTakesTime() {
    machine.reclaim().swapOnOff().on("swap", MemorySwap.of(16384), 0);
    machine.processes().pages().caches().disk().model(new DiskModel(0, PAGE_NANOS));
    machine.reclaim().settings().pageCluster(0); // without read-ahead each read is one page
  }

  @AfterEach
  void close() {
    assertThat(machine.invariants()).isEmpty();
    assertThat(memory(true)).isEqualTo(memory(false)); // one acts at a time
    assertThat(memory(false)).isLessThanOrEqualTo(machine.memory().clock().nanos());
    machine.close();
  }

  private long memory(boolean full) {
    return system.totalNanos(Resource.MEMORY, full);
  }

  private long io() {
    return system.totalNanos(Resource.IO, false);
  }

  private static void touch(Process process, Cpu cpu, int from, int pages) {
    for (int page = from; page < from + pages; page++) {
      process.store(cpu, AT + page * PAGE, 8, page + 1L);
    }
  }

  @Test
  void whatFitsStallsNobody() {
    Process process = SmallMachine.process(machine, 1_000);
    touch(process, cpu, 0, 1_000);
    touch(process, cpu, 0, 1_000);
    assertThat(memory(false)).isZero();
    assertThat(machine.files().read("/proc/pressure/memory").orElseThrow()).contains("total=0");
  }

  /** A first visit to a page in swap is no stall for memory; one that was in use is. */
  @Test
  void onlyPagesThatWereInUseStallWhoReadsThemAgain() {
    Process process = SmallMachine.process(machine, PAGES);
    touch(process, cpu, 0, PAGES);
    long reclaim = memory(false);
    long ioBefore = io();
    assertThat(machine.memory().events().sum(VmEvent.PSWPOUT)).isPositive();
    long restored = machine.memory().stat(NodeStat.WORKINGSET_RESTORE_ANON);
    long in = machine.memory().events().sum(VmEvent.PSWPIN);
    for (int round = 0; round < 12; round++) {
      touch(process, cpu, 0, 2_000); // twice, so that it is active
      touch(process, cpu, 0, 2_000);
      touch(process, cpu, 2_000, 2_500);
    }
    long reads = machine.memory().events().sum(VmEvent.PSWPIN) - in;
    restored = machine.memory().stat(NodeStat.WORKINGSET_RESTORE_ANON) - restored;
    assertThat(restored).isPositive();
    assertThat(io() - ioBefore)
        .as("each read takes its time")
        .isGreaterThanOrEqualTo(reads * PAGE_NANOS);
    assertThat(memory(false) - reclaim)
        .as("reads of pages in use")
        .isGreaterThanOrEqualTo(restored * PAGE_NANOS);
    assertThat(memory(false)).as("and not of the others").isLessThan(io());
  }

  @Test
  void aGroupsPressureIsThatOfItsProcesses() {
    MemoryGroup quiet = machine.reclaim().groups().make("/quiet");
    machine.reclaim().groups().make("/busy");
    MemoryGroup inner = machine.reclaim().groups().make("/busy/inner");
    Process process = SmallMachine.process(machine, PAGES);
    machine.files().write("/sys/fs/cgroup/busy/inner/cgroup.procs", "" + process.pid());
    for (int round = 0; round < 4; round++) {
      touch(process, cpu, 0, PAGES);
    }
    long stalled = memory(false);
    assertThat(stalled).isPositive();
    assertThat(inner.pressure().totalNanos(Resource.MEMORY, false)).isEqualTo(stalled);
    assertThat(machine.files().read("/sys/fs/cgroup/busy/memory.pressure"))
        .isEqualTo(machine.files().read("/proc/pressure/memory"));
    for (String name : new String[] {"memory", "io"}) {
      assertThat(machine.files().read("/sys/fs/cgroup/" + name + ".pressure"))
          .as("of the root")
          .isEqualTo(machine.files().read("/proc/pressure/" + name));
    }
    assertThat(quiet.pressure().totalNanos(Resource.MEMORY, false)).isZero();
  }

  /** Without swap nothing of the group can go: its process is held up, for just that long. */
  @Test
  void beingHeldUpAboveTheHighLimitIsAStall() {
    try (Machine poor = SmallMachine.boot()) {
      MemoryGroup group = poor.reclaim().groups().make("/held");
      poor.files().write("/sys/fs/cgroup/held/memory.high", "256K");
      Process process = SmallMachine.process(poor, 400);
      poor.files().write("/sys/fs/cgroup/held/cgroup.procs", "" + process.pid());
      touch(process, poor.cpu(0), 0, 400);
      assertThat(group.throttledNanos()).isPositive();
      assertThat(group.pressure().totalNanos(Resource.MEMORY, true))
          .isEqualTo(group.throttledNanos());
      assertThat(poor.memory().clock().nanos()).isEqualTo(group.throttledNanos());
    }
  }

  @Test
  void theSameWorkMakesTheSamePressure() {
    String first = thrash(machine);
    try (Machine again = SmallMachine.boot()) {
      again.reclaim().swapOnOff().on("swap", MemorySwap.of(16384), 0);
      again.processes().pages().caches().disk().model(new DiskModel(0, PAGE_NANOS));
      again.reclaim().settings().pageCluster(0);
      assertThat(thrash(again)).isEqualTo(first).doesNotContain("total=0");
    }
  }

  private static String thrash(Machine machine) {
    Process process = SmallMachine.process(machine, PAGES);
    for (int round = 0; round < 4; round++) {
      touch(process, machine.cpu(0), 0, PAGES);
    }
    return machine.files().read("/proc/pressure/memory").orElseThrow();
  }
}
