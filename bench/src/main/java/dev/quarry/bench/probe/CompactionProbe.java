package dev.quarry.bench.probe;

import dev.quarry.bench.work.SplitMix64;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Zone;
import dev.quarry.virtual.space.MapFlags;
import java.util.Objects;

/**
 * A process holds one page of each pair of so many mebibytes, then all memory is compacted, on
 * machines booted one after the other. Prints, for each of the last ones, pages moved, blocks of
 * order 9 more than before, nanoseconds: what {@code compactbench.c} prints of the running kernel.
 */
public final class CompactionProbe {
  private static final long PAGE = 4096;
  private static final long AT = 0x1000_0000L;
  private static final long READ_WRITE = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
  private static final long PRIVATE =
      MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS | MapFlags.MAP_FIXED;
  private static final int DONTNEED = 4;
  private static final int HUGE_ORDER = 9;
  private static final long SEED = 1;

  private CompactionProbe() {}

  /** Takes mebibytes, how many machines to boot before those that count, and how many these are. */
  public static void main(String[] args) {
    int mib = Integer.parseInt(args[0]);
    for (int i = Integer.parseInt(args[1]); i > 0; i--) {
      measure(mib);
    }
    for (int i = Integer.parseInt(args[2]); i > 0; i--) {
      for (long number : measure(mib)) {
        System.out.println(number);
      }
    }
  }

  private static long[] measure(int mib) {
    String spec = "cpus 0-0\nmemory 0x100000-" + (mib + mib / 4) + "M\nzone DMA32\n";
    try (Machine machine = Machine.boot(MachineSpecReader.read("fragmented", spec))) {
      Cpu cpu = machine.cpu(0);
      fragment(machine, cpu, mib);
      long before = hugeBlocks(machine);
      long start = System.nanoTime();
      var runs = machine.reclaim().compaction().compactMemory(cpu);
      long nanos = System.nanoTime() - start;
      machine.allocator().drainAllPages();
      long moved = runs.stream().mapToLong(run -> run.moved()).sum();
      return new long[] {moved, hugeBlocks(machine) - before, nanos};
    }
  }

  private static void fragment(Machine machine, Cpu cpu, int mib) {
    Process process = Objects.requireNonNull(machine.processes().spawn(cpu));
    SystemCalls calls = new SystemCalls(cpu, process);
    long bytes = (long) mib << 20;
    calls.mmap(AT, bytes, READ_WRITE, PRIVATE, -1, 0);
    for (long at = 0; at < bytes; at += PAGE) {
      process.store(cpu, AT + at, Long.BYTES, at);
    }
    SplitMix64 random = SplitMix64.ofThread(SEED, 0);
    for (long at = 0; at < bytes; at += 2 * PAGE) {
      calls.madvise(AT + at + (random.next() & 1) * PAGE, PAGE, DONTNEED);
    }
    machine.reclaim().drainAll();
    machine.allocator().drainAllPages();
  }

  private static long hugeBlocks(Machine machine) {
    long blocks = 0;
    for (Zone zone : machine.memory().zones()) {
      for (int order = HUGE_ORDER; order < zone.nrOrders(); order++) {
        blocks += (long) zone.area(order).nrFree() << (order - HUGE_ORDER);
      }
    }
    return blocks;
  }
}
