package dev.quarry.bench.work;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageAllocator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** PAIR on Quarry: one block allocated and freed, and many single pages allocated, then freed. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PairQuarry {
  /** Pages of a burst: four times what a CPU's lists hold at most on this machine. */
  public static final int BURST = 1 << 16;

  private static final int PAGE_SHIFT = 12;

  /** A CPU in hand. */
  @State(Scope.Thread)
  public static class InHand {
    /** 0: served by the CPU's lists; 4: by the zone's. */
    @Param("0")
    public int order;

    final int[] pfns = new int[BURST];
    PageAllocator allocator;
    Ram ram;
    Cpu cpu;
    long word;

    /** Takes a CPU. */
    @Setup(Level.Trial)
    public void hold(QuarryMachine machine) {
      allocator = machine.allocator();
      ram = machine.ram();
      cpu = machine.holdCpu();
    }

    int allocate(int blockOrder) {
      int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL, blockOrder);
      ram.putLong((long) pfn << PAGE_SHIFT, word++);
      return pfn;
    }
  }

  /** One block allocated and freed. */
  @Benchmark
  public boolean pair(InHand hand) {
    return hand.allocator.freePages(hand.cpu, hand.allocate(hand.order), hand.order);
  }

  /** Single pages allocated, then freed in the same order: refills and drains. */
  @Benchmark
  @OperationsPerInvocation(BURST)
  public void burst(InHand hand) {
    int[] pfns = hand.pfns;
    for (int i = 0; i < pfns.length; i++) {
      pfns[i] = hand.allocate(0);
    }
    for (int pfn : pfns) {
      hand.allocator.freePages(hand.cpu, pfn, 0);
    }
  }
}
