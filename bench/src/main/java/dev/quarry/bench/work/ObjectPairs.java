package dev.quarry.bench.work;

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

/** P1 and P2: objects allocated, their first 8 bytes written, and freed. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ObjectPairs {
  /** What one thread holds. */
  @State(Scope.Thread)
  public static class Hand {
    /** Of {@link #pair}. */
    @Param("64")
    public int bytes;

    final long[] objects = new long[Mix.BLOCKS];
    AddressAllocator allocator;
    Mix mix;
    int[] pairs;
    long word;

    /** Takes an allocator and draws the sizes. */
    @Setup(Level.Trial)
    public void take(ObjectSource source, ThreadParams threads) {
      allocator = source.forThread();
      mix = Mix.mixed(SplitMix64.ofThread(Mix.SEED, threads.getThreadIndex()), Mix.BLOCKS);
      pairs = Mix.pairs(SplitMix64.ofThread(Mix.SEED, threads.getThreadIndex()), Mix.PAIRS);
    }
  }

  /** P1: one object allocated and freed. */
  @Benchmark
  public void pair(Hand hand) {
    hand.allocator.free(hand.allocator.allocate(hand.bytes, hand.word++));
  }

  /** P1: one object of each size in turn allocated and freed. */
  @Benchmark
  @OperationsPerInvocation(Mix.PAIRS)
  public void pairs(Hand hand) {
    AddressAllocator allocator = hand.allocator;
    int[] sizes = hand.pairs;
    for (int i = 0; i < sizes.length; i++) {
      allocator.free(allocator.allocate(sizes[i], i));
    }
  }

  /** P2: objects of mixed sizes allocated, then freed in random order. */
  @Benchmark
  @OperationsPerInvocation(Mix.BLOCKS)
  public void mixed(Hand hand) {
    AddressAllocator allocator = hand.allocator;
    long[] objects = hand.objects;
    int[] sizes = hand.mix.sizes();
    for (int i = 0; i < objects.length; i++) {
      objects[i] = allocator.allocate(sizes[i], i);
    }
    for (int victim : hand.mix.order()) {
      allocator.free(objects[victim]);
    }
  }
}
