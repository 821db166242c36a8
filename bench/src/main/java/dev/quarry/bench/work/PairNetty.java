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

/** PAIR on Netty: one buffer allocated and released, and many allocated, then released. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PairNetty {
  private static final int PAGE_BYTES = 4096;

  /** The allocator in hand. */
  @State(Scope.Thread)
  public static class InHand {
    /** log2 of the buffer's pages. */
    @Param("0")
    public int order;

    final ByteBuf[] buffers = new ByteBuf[PairQuarry.BURST];
    ByteBufAllocator allocator;
    long word;

    /** Takes the allocator. */
    @Setup(Level.Trial)
    public void hold(NettyAllocator netty) {
      allocator = netty.allocator();
    }

    ByteBuf allocate(int bytes) {
      return allocator.directBuffer(bytes, bytes).setLong(0, word++);
    }
  }

  /** One buffer allocated and released. */
  @Benchmark
  public boolean pair(InHand hand) {
    return hand.allocate(PAGE_BYTES << hand.order).release();
  }

  /** Buffers of a page allocated, then released in the same order. */
  @Benchmark
  @OperationsPerInvocation(PairQuarry.BURST)
  public void burst(InHand hand) {
    ByteBuf[] buffers = hand.buffers;
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = hand.allocate(PAGE_BYTES);
    }
    for (ByteBuf buffer : buffers) {
      buffer.release();
    }
  }
}
