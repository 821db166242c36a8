package dev.quarry.bench.work;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
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

/** P1 and P2 on Netty: what {@link ObjectPairs} does, with buffers. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BufferPairs {
  /** What one thread holds. */
  @State(Scope.Thread)
  public static class Hand {
    /** Of {@link #pair}. */
    @Param("64")
    public int bytes;

    final ByteBuf[] buffers = new ByteBuf[Mix.BLOCKS];
    ByteBufAllocator allocator;
    Mix mix;
    int[] pairs;
    long word;

    /** Takes the allocator and draws the sizes. */
    @Setup(Level.Trial)
    public void take(NettyAllocator netty, ThreadParams threads) {
      allocator = netty.allocator();
      mix = Mix.mixed(SplitMix64.ofThread(Mix.SEED, threads.getThreadIndex()), Mix.BLOCKS);
      pairs = Mix.pairs(SplitMix64.ofThread(Mix.SEED, threads.getThreadIndex()), Mix.PAIRS);
    }
  }

  private static ByteBuf allocate(ByteBufAllocator allocator, int bytes, long word) {
    return allocator.directBuffer(bytes, bytes).setLong(0, word);
  }

  /** P1: one buffer allocated and released. */
  @Benchmark
  public boolean pair(Hand hand) {
    return allocate(hand.allocator, hand.bytes, hand.word++).release();
  }

  /** P1: one buffer of each size in turn allocated and released. */
  @Benchmark
  @OperationsPerInvocation(Mix.PAIRS)
  public void pairs(Hand hand) {
    int[] sizes = hand.pairs;
    for (int i = 0; i < sizes.length; i++) {
      allocate(hand.allocator, sizes[i], i).release();
    }
  }

  /** P2: buffers of mixed sizes allocated, then released in random order. */
  @Benchmark
  @OperationsPerInvocation(Mix.BLOCKS)
  public void mixed(Hand hand) {
    ByteBuf[] buffers = hand.buffers;
    int[] sizes = hand.mix.sizes();
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = allocate(hand.allocator, sizes[i], i);
    }
    for (int victim : hand.mix.order()) {
      buffers[victim].release();
    }
  }
}
