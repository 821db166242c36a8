package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.AT;
import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.space.MapFlags;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes whose memory exceeds RAM: everything is read back. */
class PressureTest {
  @ParameterizedTest
  @ValueSource(strings = {"classic", "mglru"})
  void oneProcessThatIsTwiceAsLargeAsRam(String lru) {
    try (Machine machine = SmallMachine.boot("lru " + lru)) {
      Cpu cpu = machine.cpu(0);
      int pages = 8192;
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(8192), 0);
      Process process = SmallMachine.process(machine, pages);
      for (int i = 0; i < pages; i++) {
        process.store(cpu, AT + i * PAGE, 8, i * 0x9E37_79B9_7F4A_7C15L);
        if (i % 1000 == 0) {
          assertThat(machine.invariants()).isEmpty();
        }
      }
      assertThat(machine.invariants()).isEmpty();
      for (int i = 0; i < pages; i++) {
        assertThat(process.load(cpu, AT + i * PAGE, 8)).isEqualTo(i * 0x9E37_79B9_7F4A_7C15L);
      }
      assertThat(machine.invariants()).isEmpty();
      assertThat(machine.memory().events().sum(VmEvent.PSWPOUT)).isGreaterThan(4000);
      assertThat(machine.memory().events().sum(VmEvent.PSWPIN)).isGreaterThan(4000);
      machine.processes().exit(cpu, process);
      assertThat(machine.invariants()).isEmpty();
      assertThat(machine.reclaim().swap().areas().freePages()).isEqualTo(8191);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "mglru"})
  void sharedMemoryGoesToSwapAndComesBack(String lru) {
    try (Machine machine = SmallMachine.boot("lru " + lru)) {
      Cpu cpu = machine.cpu(0);
      int pages = 6000;
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(8192), 0);
      Process process = SmallMachine.process(machine, 1);
      SystemCalls calls = new SystemCalls(cpu, process);
      long at = calls.mmap(0, pages * PAGE, 3, 1 | MapFlags.MAP_ANONYMOUS, -1, 0);
      for (int i = 0; i < pages; i++) {
        process.store(cpu, at + i * PAGE, 8, SmallMachine.value(i));
      }
      assertThat(machine.invariants()).isEmpty();
      Process child = Objects.requireNonNull(machine.processes().fork(cpu, process));
      for (int i = 0; i < pages; i++) {
        Process who = i % 2 == 0 ? process : child;
        assertThat(who.load(cpu, at + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
        who.store(cpu, at + i * PAGE, 8, i);
      }
      assertThat(machine.invariants()).isEmpty();
      for (int i = 0; i < pages; i++) {
        Process who = i % 2 == 0 ? child : process;
        assertThat(who.load(cpu, at + i * PAGE, 8)).isEqualTo(i);
      }
      calls.munmap(at + 1000 * PAGE, 5000 * PAGE);
      machine.processes().exit(cpu, child);
      assertThat(machine.invariants()).isEmpty();
      calls.munmap(at, 1000 * PAGE);
      assertThat(machine.reclaim().swap().areas().freePages()).isEqualTo(8191);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "mglru"})
  void randomAccessesOfProcessesThatFork(String lru) {
    long seed = 5;
    SplittableRandom random = new SplittableRandom(seed);
    try (Machine machine = SmallMachine.boot("lru " + lru)) {
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(16384), 0);
      Cpu cpu = machine.cpu(0);
      int pages = 1500;
      Process[] processes = new Process[6];
      long[][] expected = new long[processes.length][pages];
      for (int i = 0; i < processes.length; i++) {
        processes[i] = SmallMachine.process(machine, pages);
      }
      for (int step = 0; step < 60_000; step++) {
        int who = random.nextInt(processes.length);
        int page = random.nextInt(pages);
        String where = "seed " + seed + " step " + step;
        if (random.nextInt(500) == 0) {
          int from = random.nextInt(processes.length);
          if (from != who) {
            machine.processes().exit(cpu, processes[who]);
            processes[who] = machine.processes().fork(cpu, processes[from]);
            assertThat(processes[who]).as(where).isNotNull();
            expected[who] = expected[from].clone();
          }
        } else if (random.nextBoolean()) {
          long value = random.nextLong();
          processes[who].store(cpu, AT + page * PAGE, 8, value);
          expected[who][page] = value;
        } else {
          long value = processes[who].load(cpu, AT + page * PAGE, 8);
          assertThat(value).as(where).isEqualTo(expected[who][page]);
        }
        if (step % 2500 == 0) {
          assertThat(machine.invariants()).as(where).isEmpty();
        }
      }
      assertThat(machine.memory().events().sum(VmEvent.PSWPIN)).isGreaterThan(1000);
    }
  }
}
