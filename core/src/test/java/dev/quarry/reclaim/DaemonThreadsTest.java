package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.AT;
import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.DaemonThreads;
import dev.quarry.kernel.FileCalls;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.stall.Resource;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.VmEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Daemons with threads of their own, beside threads that use the machine. */
@Timeout(120)
class DaemonThreadsTest {
  private static final int PAGES = 2_600;
  private static final int STEPS = 20_000;
  private static final int USERS = 2;

  @TempDir Path folder;

  private static Machine boot(int cpus) {
    return Machine.boot(
        MachineSpecReader.read(
            "test",
            "cpus 0-"
                + (cpus - 1)
                + "\nmemory 0x1000-16M\nzone DMA below=4M\nzone DMA32 below=4G\nzone Normal\n"));
  }

  /** Waits for something that a thread does; fails when the test's time is over. */
  private static void await(BooleanSupplier done) throws InterruptedException {
    while (!done.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  /** With a CPU to spare, and with none: then the users take the daemons' steps. */
  @ParameterizedTest
  @ValueSource(ints = {USERS, USERS + 1, USERS + 3})
  void eachReadsWhatItWroteWhileDaemonsReclaim(int cpus) throws Exception {
    try (Machine machine = boot(cpus);
        ExecutorService threads = Executors.newFixedThreadPool(USERS)) {
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(16384), 0);
      List<Process> processes = new ArrayList<>();
      for (int i = 0; i < USERS; i++) {
        processes.add(SmallMachine.process(machine, PAGES));
      }
      DaemonThreads daemons = machine.startDaemons();
      assertThat(machine.startDaemons()).as("once").isSameAs(daemons);
      assertThat(daemons.names()).containsExactly("kswapd0", "kcompactd0", "flusher", "khugepaged");
      List<Future<Integer>> users = new ArrayList<>();
      for (int i = 0; i < USERS; i++) {
        users.add(
            threads.submit(
                SmallMachine.user(processes.get(i), machine.cpu(i), 100 + i, PAGES, STEPS)));
      }
      for (Future<Integer> user : users) {
        assertThat(user.get(100, TimeUnit.SECONDS)).isEqualTo(STEPS);
      }
      daemons.close();
      machine.reclaim().drainAll();
      assertThat(machine.invariants()).isEmpty();
      assertThat(machine.memory().events().sum(VmEvent.PGSTEAL_KSWAPD)).isPositive();
      var system = machine.memory().stalls().system();
      long some = system.totalNanos(Resource.MEMORY, false);
      assertThat(some).isBetween(1L, machine.memory().clock().nanos());
      assertThat(system.totalNanos(Resource.MEMORY, true)).isLessThanOrEqualTo(some);
    }
  }

  @Test
  void theFlusherWritesWhatIsOld() throws Exception {
    Path path = Files.createFile(folder.resolve("file"));
    try (Machine machine = boot(2)) {
      Process process = SmallMachine.process(machine, 16);
      Cpu cpu = machine.cpu(0);
      cpu.hold();
      for (int page = 0; page < 16; page++) {
        process.store(cpu, AT + page * PAGE, 8, page + 1L);
      }
      FileCalls files = new FileCalls(cpu, process);
      int fd = process.open(machine.processes().pages().caches().open(path, true));
      assertThat(files.pwrite(fd, AT, 16 * PAGE, 0)).isEqualTo(16 * PAGE);
      assertThat(machine.memory().stat(NodeStat.NR_DIRTY)).isEqualTo(16);
      machine.files().write("/proc/sys/vm/dirty_expire_centisecs", "1");
      machine.files().write("/proc/sys/vm/dirty_writeback_centisecs", "1");
      machine.startDaemons();
      await(() -> machine.memory().stat(NodeStat.NR_WRITTEN) == 16);
      assertThat(machine.memory().stat(NodeStat.NR_DIRTY)).isZero();
      cpu.release();
    }
    assertThat(onDisk(path, 15 * (int) PAGE)).isEqualTo((byte) 16);
  }

  @Test
  void theyCanBeStartedAgain() throws Exception {
    try (Machine machine = boot(2)) {
      DaemonThreads first = machine.startDaemons();
      first.close();
      assertThat(machine.startDaemons()).isNotSameAs(first);
      machine.processes().pages().caches().flusher().wakeForAll();
      await(() -> !machine.processes().pages().caches().flusher().isBusy());
    }
  }

  private static byte onDisk(Path path, int at) throws IOException {
    return Files.readAllBytes(path)[at];
  }

  @Test
  void khugepagedMakesHugePagesByItself() throws Exception {
    try (Machine machine = boot(2)) {
      Process process = SmallMachine.process(machine, 1);
      Cpu cpu = machine.cpu(0);
      cpu.hold();
      machine.files().write("/sys/kernel/mm/transparent_hugepage/enabled", "never");
      SystemCalls calls = new SystemCalls(cpu, process);
      long huge = 0x4000_0000L;
      assertThat(calls.mmap(huge, 512 * PAGE, SmallMachine.RW, 0x32, -1, 0)).isEqualTo(huge);
      for (int page = 0; page < 512; page += 2) {
        process.store(cpu, huge + page * PAGE, 8, page);
      }
      machine.files().write("/sys/kernel/mm/transparent_hugepage/enabled", "always");
      String folder = "/sys/kernel/mm/transparent_hugepage/khugepaged/";
      machine.files().write(folder + "scan_sleep_millisecs", "1");
      assertThat(calls.madvise(huge, 512 * PAGE, 14)).isZero();
      cpu.release();
      machine.startDaemons();
      await(() -> machine.memory().events().sum(VmEvent.THP_COLLAPSE_ALLOC) > 0);
      cpu.hold();
      for (int page = 0; page < 512; page += 2) {
        assertThat(process.load(cpu, huge + page * PAGE, 8)).isEqualTo(page);
      }
      cpu.release();
    }
  }

  @Test
  void anErrorOfADaemonIsTold() throws Exception {
    Machine machine = boot(2);
    machine.reclaim().add(new BrokenShrinker());
    Process process = SmallMachine.process(machine, 3_500);
    DaemonThreads daemons = machine.startDaemons();
    Cpu cpu = machine.cpu(0);
    cpu.hold();
    Thread[] all = new Thread[Thread.activeCount() * 2];
    int page = 0;
    while (isAlive(all, "kswapd0") && page < 3_500) {
      process.store(cpu, AT + page++ * PAGE, 8, 1);
    }
    cpu.release();
    await(() -> !isAlive(all, "kswapd0"));
    assertThatThrownBy(daemons::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a daemon of the machine died")
        .hasMessageContaining("broken shrinker");
    machine.close();
  }

  private static boolean isAlive(Thread[] all, String name) {
    int count = Thread.enumerate(all);
    for (int i = 0; i < count; i++) {
      if (all[i].getName().equals(name)) {
        return true;
      }
    }
    return false;
  }

  private static final class BrokenShrinker implements Shrinker {
    @Override
    public long count() {
      return 1_000;
    }

    @Override
    public long scan(long objects) {
      if (Thread.currentThread().getName().equals("kswapd0")) {
        throw new IllegalStateException("broken shrinker");
      }
      return 0;
    }
  }
}
