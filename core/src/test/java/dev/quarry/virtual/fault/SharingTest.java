package dev.quarry.virtual.fault;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.observe.PageMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.space.RssKind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What parent and child share, and what the files of processes say of it. */
class SharingTest {
  private static final long PAGE = 4096;
  private static final long AT = 0x2000_0000L;
  private static final long FURTHER = 0x3000_0000L;
  private static final long ANON = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

  @ParameterizedTest
  @EnumSource
  void adviceAboutFork(PageTableLayout layout) {
    try (Machine machine = FaultMachines.of(layout)) {
      Cpu cpu = machine.cpu(0);
      Process parent = machine.processes().spawn(cpu);
      SystemCalls calls = new SystemCalls(cpu, parent);
      calls.mmap(AT, 4 * PAGE, 3, ANON, -1, 0);
      for (int i = 0; i < 4; i++) {
        parent.store(cpu, AT + i * PAGE, 1, 10 + i);
      }
      assertThat(calls.madvise(AT + PAGE, PAGE, 10)).as("DONTFORK").isZero();
      assertThat(calls.madvise(AT + 2 * PAGE, PAGE, 18)).as("WIPEONFORK").isZero();
      assertThat(calls.mlock(AT, PAGE)).isZero();
      Process child = machine.processes().fork(cpu, parent);
      assertThat(child.load(cpu, AT, 1)).isEqualTo(10);
      assertThatExceptionOfType(UserFaultException.class)
          .isThrownBy(() -> child.load(cpu, AT + PAGE, 1))
          .withMessageContaining("SEGV_MAPERR");
      assertThat(child.load(cpu, AT + 2 * PAGE, 1)).isZero();
      assertThat(child.load(cpu, AT + 3 * PAGE, 1)).isEqualTo(13);
      assertThat(child.mm().lockedVm()).isZero();
      assertThat(child.mm().totalVm()).isEqualTo(parent.mm().totalVm() - 1);
      assertThat(machine.invariants()).isEmpty();
      Process twin = machine.processes().cloneVm(child);
      twin.store(cpu, AT, 1, 99);
      assertThat(child.load(cpu, AT, 1)).isEqualTo(99);
      machine.processes().exit(cpu, child);
      assertThat(twin.load(cpu, AT, 1)).isEqualTo(99);
      machine.processes().exit(cpu, twin);
      machine.processes().exit(cpu, parent);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /** A hole is taken from another process when that one does nothing with its memory. */
  @Test
  void aHoleWaitsForWhoMapsTheMemory() throws Exception {
    try (Machine machine = FaultMachines.of(PageTableLayout.X86_64);
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Process parent = machine.processes().spawn(machine.cpu(0));
      SystemCalls calls = new SystemCalls(machine.cpu(0), parent);
      calls.mmap(AT, PAGE, 3, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
      parent.store(machine.cpu(0), AT, 1, 5);
      Process child = machine.processes().fork(machine.cpu(0), parent);
      assertThat(child.load(machine.cpu(1), AT, 1)).isEqualTo(5);
      child.mm().lock();
      Future<Long> removed = thread.submit(() -> calls.madvise(AT, PAGE, 9));
      try {
        assertThatExceptionOfType(TimeoutException.class)
            .isThrownBy(() -> removed.get(100, TimeUnit.MILLISECONDS));
        assertThat(child.mm().tables().leaf(AT)).isNotZero();
      } finally {
        child.mm().unlock();
      }
      assertThat(removed.get()).isZero();
      assertThat(child.load(machine.cpu(1), AT, 1)).isZero();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void sharedMemoryIsOne(PageTableLayout layout) {
    try (Machine machine = FaultMachines.of(layout)) {
      Cpu cpu = machine.cpu(0);
      Process parent = machine.processes().spawn(cpu);
      SystemCalls calls = new SystemCalls(cpu, parent);
      calls.mmap(AT, 2 * PAGE, 3, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
      int fd = calls.memfdCreate("test");
      calls.mmap(FURTHER, 2 * PAGE, 3, MAP_SHARED | MAP_FIXED, fd, 0);
      assertThatExceptionOfType(UserFaultException.class)
          .isThrownBy(() -> parent.store(cpu, FURTHER, 1, 1))
          .withMessageContaining("SIGBUS");
      assertThat(calls.ftruncate(fd, 2 * PAGE)).isZero();
      parent.store(cpu, FURTHER, 1, 1);
      Process child = machine.processes().fork(cpu, parent);
      child.store(cpu, AT, 1, 5);
      child.store(cpu, FURTHER + 1, 1, 6);
      assertThat(parent.load(cpu, AT, 1)).isEqualTo(5);
      assertThat(parent.load(cpu, FURTHER, 2)).isEqualTo(0x601);
      assertThat(parent.mm().rss(RssKind.SHMEM)).isEqualTo(2);
      assertThat(machine.memory().nodes().getFirst().stat(NodeStat.NR_SHMEM)).isEqualTo(2);
      List<Boolean> resident = new ArrayList<>();
      calls.mincore(AT, 2 * PAGE, (number, there) -> resident.add(there));
      assertThat(resident).containsExactly(true, false);
      assertThat(calls.madvise(AT, PAGE, 9)).as("REMOVE").isZero();
      assertThat(child.load(cpu, AT, 1)).isZero();
      parent.close(cpu, fd);
      machine.processes().exit(cpu, parent);
      assertThat(child.load(cpu, FURTHER, 2)).isEqualTo(0x601);
      machine.processes().exit(cpu, child);
      assertThat(machine.memory().nodes().getFirst().stat(NodeStat.NR_SHMEM)).isZero();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theFilesAddUp(PageTableLayout layout) {
    try (Machine machine = FaultMachines.of(layout)) {
      Cpu cpu = machine.cpu(0);
      Process parent = machine.processes().spawn(cpu);
      SystemCalls calls = new SystemCalls(cpu, parent);
      calls.mmap(AT, 8 * PAGE, 3, ANON, -1, 0);
      calls.mmap(FURTHER, 2 * PAGE, 3, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
      for (int i = 0; i < 4; i++) {
        parent.store(cpu, AT + i * PAGE, 1, i);
      }
      parent.load(cpu, AT + 6 * PAGE, 1);
      parent.store(cpu, FURTHER, 1, 1);
      Process child = machine.processes().fork(cpu, parent);
      child.store(cpu, AT, 1, 9);
      assertThat(file(machine, "/proc/1/statm"))
          .isEqualTo((33 + 8 + 2) + " 5 1 0 0 " + (33 + 8) + " 0\n");
      assertThat(file(machine, "/proc/2/statm")).startsWith("43 4 0 ");
      assertThat(file(machine, "/proc/1/status"))
          .contains("VmRSS:\t      20 kB\nRssAnon:\t      16 kB\n", "VmSwap:\t       0 kB\n");
      String smaps = file(machine, "/proc/1/smaps");
      assertThat(sum(smaps, "Rss:")).isEqualTo(20);
      assertThat(sum(smaps, "Pss:")).isEqualTo(20 - 6);
      assertThat(sum(smaps, "Private_Dirty:")).isEqualTo(8);
      assertThat(sum(smaps, "Shared_Dirty:")).isEqualTo(12);
      assertThat(sum(smaps, "Anonymous:")).isEqualTo(16);
      assertThat(smaps).contains("VmFlags: rd wr sh mr mw me ms sd \n");
      String rollup = file(machine, "/proc/1/smaps_rollup");
      for (String name : List.of("Rss:", "Pss:", "Private_Dirty:", "Referenced:", "Locked:")) {
        assertThat(sum(rollup, name)).as(name).isEqualTo(sum(smaps, name));
      }
      assertThat(machine.files().read("/proc/9/statm")).isEmpty();
      long word = PageMap.word(child.mm(), AT);
      assertThat(word & PageMap.EXCLUSIVE).isNotZero();
      assertThat(PageMap.isPresent(word)).isTrue();
      assertThat(PageMap.word(child.mm(), AT + PAGE) & PageMap.EXCLUSIVE).isZero();
      assertThat(PageMap.word(child.mm(), AT + 5 * PAGE)).isEqualTo(PageMap.SOFT_DIRTY);
      assertThat(PageMap.word(parent.mm(), FURTHER) & PageMap.OF_FILE).isNotZero();
    }
  }

  private static String file(Machine machine, String path) {
    return machine.files().read(path).orElseThrow();
  }

  private static long sum(String text, String name) {
    return Stream.of(text.split("\n"))
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .sum();
  }
}
