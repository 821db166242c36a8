package dev.quarry.bench.work;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.Pfn;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/** P4 on Quarry: a random block is freed, another one allocated. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReplaceQuarry {
  private static final int PAGE_SHIFT = 12;

  /** Requests that the machine could not serve; their blocks stay empty until they are drawn. */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Failures {
    public long failed;
  }

  /** What one thread holds. */
  @State(Scope.Thread)
  public static class Blocks {
    /** Whether the first 8 bytes of each block are written. */
    @Param("false")
    public boolean written;

    PageAllocator allocator;
    Ram ram;
    Cpu cpu;
    SplitMix64 random;
    int[] pfns;
    int[] orders;

    /** Allocates the blocks. */
    @Setup(Level.Trial)
    public void fill(QuarryMachine machine, ThreadParams threads) {
      allocator = machine.allocator();
      ram = machine.ram();
      cpu = machine.holdCpu();
      random = SplitMix64.ofThread(BlockSequence.SEED, threads.getThreadIndex());
      pfns = new int[BlockSequence.BLOCKS / threads.getThreadCount()];
      orders = new int[pfns.length];
      for (int block = 0; block < pfns.length; block++) {
        allocate(block, random.next());
      }
    }

    boolean replace() {
      long draw = random.next();
      int block = BlockSequence.block(draw, pfns.length);
      if (pfns[block] != Pfn.NONE) {
        allocator.freePages(cpu, pfns[block], orders[block]);
      }
      return allocate(block, draw);
    }

    private boolean allocate(int block, long draw) {
      int order = BlockSequence.order(draw);
      int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL, order);
      pfns[block] = pfn;
      orders[block] = order;
      if (pfn == Pfn.NONE) {
        return false;
      }
      if (written) {
        ram.putLong((long) pfn << PAGE_SHIFT, draw);
      }
      return true;
    }
  }

  /** One replacement. */
  @Benchmark
  public void replace(Blocks blocks, Failures failures) {
    if (!blocks.replace()) {
      failures.failed++;
    }
  }
}
