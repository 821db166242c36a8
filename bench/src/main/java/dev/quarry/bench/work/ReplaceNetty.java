package dev.quarry.bench.work;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.ThreadParams;

/** P4 on Netty: a random buffer is released, another one allocated. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReplaceNetty {
  private static final int PAGE_BYTES = 4096;

  /** What one thread holds. */
  @State(Scope.Thread)
  public static class Blocks {
    ByteBufAllocator allocator;
    SplitMix64 random;
    ByteBuf[] buffers;

    /** Allocates the buffers. */
    @Setup(Level.Trial)
    public void fill(NettyAllocator netty, ThreadParams threads) {
      allocator = netty.allocator();
      random = SplitMix64.ofThread(BlockSequence.SEED, threads.getThreadIndex());
      buffers = new ByteBuf[BlockSequence.BLOCKS / threads.getThreadCount()];
      for (int block = 0; block < buffers.length; block++) {
        allocate(block, random.next());
      }
    }

    void replace() {
      long draw = random.next();
      int block = BlockSequence.block(draw, buffers.length);
      buffers[block].release();
      allocate(block, draw);
    }

    private void allocate(int block, long draw) {
      int bytes = PAGE_BYTES << BlockSequence.order(draw);
      buffers[block] = allocator.directBuffer(bytes, bytes);
    }

    /** Releases the buffers. */
    @TearDown(Level.Trial)
    public void release() {
      for (ByteBuf buffer : buffers) {
        buffer.release();
      }
    }
  }

  /** One replacement. */
  @Benchmark
  public void replace(Blocks blocks) {
    blocks.replace();
  }
}
