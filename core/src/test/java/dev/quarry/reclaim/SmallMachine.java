package dev.quarry.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.virtual.space.MapFlags;
import dev.quarry.virtual.tlb.TlbModel;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;

/** A machine of 16 MiB, and processes with an area of memory of their own. */
final class SmallMachine {
  static final long PAGE = 4096;
  static final long AT = 0x1000_0000L;
  static final int RW = 3;
  private static final long FIXED = 0x10;
  private static final long PRIVATE = 2 | MapFlags.MAP_ANONYMOUS | FIXED;

  private SmallMachine() {}

  static Machine boot(String... more) {
    String text =
        "cpus 0-1\nmemory 0x1000-16M\nzone DMA below=4M\nzone DMA32 below=4G\nzone Normal\n"
            + String.join("\n", more);
    Machine machine = Machine.boot(MachineSpecReader.read("test", text));
    machine.tlbs(TlbModel.parse("16/4+64/4")); // so that invariants hold them against the tables
    return machine;
  }

  static Process process(Machine machine, int pages) {
    Cpu cpu = machine.cpu(0);
    Process process = Objects.requireNonNull(machine.processes().spawn(cpu));
    long at = new SystemCalls(cpu, process).mmap(AT, pages * PAGE, RW, PRIVATE, -1, 0);
    if (at != AT) {
      throw new AssertionError("mmap returned " + at);
    }
    return process;
  }

  static void fill(Machine machine, Process process, int pages) {
    for (int i = 0; i < pages; i++) {
      process.store(machine.cpu(0), AT + i * PAGE, 8, value(i));
    }
  }

  static long value(int page) {
    return page * 0x9E37_79B9_7F4A_7C15L + 1;
  }

  /**
   * A thread that writes and reads its process's pages at random on a CPU of its own, and finds
   * what it wrote.
   *
   * @return how many steps it made
   */
  static Callable<Integer> user(Process process, Cpu cpu, long seed, int pages, int steps) {
    return () -> {
      assertThat(cpu.hold()).isTrue();
      try {
        SplittableRandom random = new SplittableRandom(seed);
        long[] expected = new long[pages];
        for (int step = 0; step < steps; step++) {
          int page = random.nextInt(pages);
          if (random.nextBoolean()) {
            expected[page] = random.nextLong();
            process.store(cpu, AT + page * PAGE, 8, expected[page]);
          } else {
            long value = process.load(cpu, AT + page * PAGE, 8);
            assertThat(value).as("seed %d step %d", seed, step).isEqualTo(expected[page]);
          }
        }
      } finally {
        cpu.release();
      }
      return steps;
    };
  }
}
