package dev.quarry.bench.work;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One of Netty's allocators of direct memory. The threads are Netty's own ({@link FastThreads}), so
 * that it may use its thread caches. By default a chunk of the pooled allocator is as large as P4's
 * largest block; with larger chunks it does better there, so that is measured too.
 */
@State(Scope.Benchmark)
public class NettyAllocator {
  private static final int PAGE_BYTES = 8192;
  private static final int ORDER_OF_32_MIB = 12;

  /** Which one. */
  @Param({"pooled", "adaptive", "pooled32M"})
  public String netty;

  private ByteBufAllocator allocator;

  /** Makes it. */
  @Setup(Level.Trial)
  public void make() {
    allocator =
        switch (netty) {
          case "pooled" -> new PooledByteBufAllocator(true);
          case "pooled32M" -> largeChunks();
          case "adaptive" -> new AdaptiveByteBufAllocator();
          default -> throw new IllegalArgumentException("Netty has no allocator " + netty);
        };
  }

  private static ByteBufAllocator largeChunks() {
    int arenas = PooledByteBufAllocator.defaultNumDirectArena();
    return new PooledByteBufAllocator(
        true,
        0,
        arenas,
        PAGE_BYTES,
        ORDER_OF_32_MIB,
        PooledByteBufAllocator.defaultSmallCacheSize(),
        PooledByteBufAllocator.defaultNormalCacheSize(),
        false);
  }

  /** The allocator. */
  public ByteBufAllocator allocator() {
    return allocator;
  }
}
