package dev.quarry.bench.work;

import static dev.quarry.bench.work.BatchRing.BATCH;
import static dev.quarry.bench.work.BatchRing.PLACES;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.TearDown;

/**
 * P3: one thread allocates, another frees, 64 at a time. JMH times the one that allocates; as the
 * queue is bounded, it waits for the other, and what it takes is what the slower of the two takes.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HandOver {
  /** The size of each object. */
  @State(Scope.Thread)
  public static class Size {
    /** One for all; 0: those of the mix in turn. */
    @Param("64")
    public int bytes;

    private final int[] sizes = Mix.mixed(SplitMix64.ofThread(Mix.SEED, 0), Mix.BLOCKS).sizes();
    private int turn;

    int next() {
      if (bytes != 0) {
        return bytes;
      }
      int size = sizes[turn];
      turn = turn + 1 == sizes.length ? 0 : turn + 1;
      return size;
    }
  }

  /** The queue, and the thread that frees. */
  public abstract static class Way {
    final BatchRing ring = new BatchRing();
    private @Nullable Thread consumer;

    /** What the thread that frees does first, and with each place. */
    abstract BatchRing.Emptier emptier();

    void start() {
      CountDownLatch ready = new CountDownLatch(1);
      Thread thread =
          new FastThreadLocalThread(
              () -> {
                BatchRing.Emptier emptier = emptier();
                ready.countDown();
                ring.consume(emptier);
                done();
              },
              "consumer");
      consumer = thread;
      thread.start();
      awaitQuietly(ready);
    }

    private static void awaitQuietly(CountDownLatch ready) {
      try {
        ready.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }

    void done() {}

    /** Waits for the thread that frees: afterwards nothing is allocated. */
    @TearDown(Level.Trial)
    public void stop() {
      ring.stop();
      Thread thread = Objects.requireNonNull(consumer);
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Objects by their addresses. */
  @State(Scope.Thread)
  public static class Addresses extends Way {
    final long[][] places = new long[PLACES][BATCH];
    private ObjectSource source;
    AddressAllocator allocator;

    /** Takes an allocator for each of the two threads. */
    @Setup(Level.Trial)
    public void take(ObjectSource from) {
      source = from;
      allocator = from.forThread();
      start();
    }

    @Override
    BatchRing.Emptier emptier() {
      AddressAllocator own = source.forThread();
      return place -> {
        for (long object : places[place]) {
          own.free(object);
        }
      };
    }

    @Override
    void done() {
      source.threadIsDone();
    }
  }

  /** Netty's buffers. */
  @State(Scope.Thread)
  public static class Buffers extends Way {
    final ByteBuf[][] places = new ByteBuf[PLACES][BATCH];
    ByteBufAllocator allocator;

    /** Takes the allocator. */
    @Setup(Level.Trial)
    public void take(NettyAllocator netty) {
      allocator = netty.allocator();
      start();
    }

    @Override
    BatchRing.Emptier emptier() {
      return place -> {
        for (ByteBuf buffer : places[place]) {
          buffer.release();
        }
      };
    }
  }

  /** Words that nobody allocated: what the queue itself costs. */
  @State(Scope.Thread)
  public static class Words extends Way {
    final long[][] places = new long[PLACES][BATCH];
    volatile long sum;

    /** Starts the reader. */
    @Setup(Level.Trial)
    public void begin() {
      start();
    }

    @Override
    BatchRing.Emptier emptier() {
      return place -> {
        long own = 0;
        for (long word : places[place]) {
          own += word;
        }
        sum = own;
      };
    }
  }

  /** Addresses handed over. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void addresses(Addresses way, Size size) {
    long[] batch = way.places[way.ring.claim()];
    for (int i = 0; i < BATCH; i++) {
      batch[i] = way.allocator.allocate(size.next(), i);
    }
    way.ring.publish();
  }

  /** Buffers handed over. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void buffers(Buffers way, Size size) {
    ByteBuf[] batch = way.places[way.ring.claim()];
    for (int i = 0; i < BATCH; i++) {
      int bytes = size.next();
      batch[i] = way.allocator.directBuffer(bytes, bytes).setLong(0, i);
    }
    way.ring.publish();
  }

  /** Nothing but the queue. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void words(Words way) {
    long[] batch = way.places[way.ring.claim()];
    for (int i = 0; i < BATCH; i++) {
      batch[i] = i;
    }
    way.ring.publish();
  }
}
