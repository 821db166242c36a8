package dev.quarry.bench.work;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.slab.DirectMemory;
import dev.quarry.slab.SlabAllocator;
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
import org.openjdk.jmh.infra.ThreadParams;

/**
 * P1 and P2 on Quarry: an object allocated, its first 8 bytes written, freed; and many of mixed
 * sizes allocated, then freed in random order.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SlabQuarry {
  /** A CPU in hand. */
  @State(Scope.Thread)
  public static class InHand {
    /** Of the pair. */
    @Param("64")
    public int bytes;

    SlabAllocator slab;
    DirectMemory memory;
    Cpu cpu;
    MixedBlocks mixed;
    final long[] objects = new long[MixedBlocks.BLOCKS];
    long word;

    /** Takes a CPU. */
    @Setup(Level.Trial)
    public void hold(SlabMachine machine, ThreadParams threads) {
      slab = machine.slab();
      memory = slab.memory();
      cpu = machine.holdCpu();
      mixed = MixedBlocks.ofThread(threads.getThreadIndex());
    }

    long allocate(int size) {
      long object = slab.kmalloc(cpu, size, Gfp.GFP_KERNEL);
      memory.putLong(object, word++);
      return object;
    }
  }

  /** P1: one object allocated and freed. */
  @Benchmark
  public boolean pair(InHand hand) {
    return hand.slab.kfree(hand.cpu, hand.allocate(hand.bytes));
  }

  /** P1 over all sizes of {@link MixedBlocks} in turn. */
  @Benchmark
  @OperationsPerInvocation(MixedBlocks.BLOCKS)
  public void pairs(InHand hand) {
    for (int size : hand.mixed.sizes()) {
      hand.slab.kfree(hand.cpu, hand.allocate(size));
    }
  }

  /** P2: mixed blocks allocated, then freed in random order; one operation is one block's both. */
  @Benchmark
  @OperationsPerInvocation(MixedBlocks.BLOCKS)
  public void mixed(InHand hand) {
    long[] objects = hand.objects;
    int[] sizes = hand.mixed.sizes();
    for (int i = 0; i < sizes.length; i++) {
      objects[i] = hand.allocate(sizes[i]);
    }
    for (int victim : hand.mixed.order()) {
      hand.slab.kfree(hand.cpu, objects[victim]);
    }
  }
}
