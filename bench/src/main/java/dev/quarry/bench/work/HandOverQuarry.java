package dev.quarry.bench.work;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.slab.DirectMemory;
import dev.quarry.slab.SlabAllocator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Control;

/** P3 on Quarry: one thread allocates, another one frees, 64 objects at a time. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HandOverQuarry {
  /** Objects that are handed over at a time. */
  public static final int BATCH = 64;

  private static final int PLACES = 64;
  private static final int SPINS_BEFORE_YIELD = 1_000;

  /** The way between the two threads: a ring of batches. */
  @State(Scope.Group)
  public static class Ring {
    final AtomicReferenceArray<long[]> full = new AtomicReferenceArray<>(PLACES << 4);
    final AtomicReferenceArray<long[]> empty = new AtomicReferenceArray<>(PLACES << 4);

    /** Fills the ring with batches to fill. */
    @Setup(Level.Trial)
    public void fill() {
      for (int place = 0; place < PLACES; place++) {
        empty.set(place << 4, new long[BATCH]);
      }
    }
  }

  /** One side. */
  @State(Scope.Thread)
  public static class Side {
    /** Of each object. */
    @Param("64")
    public int bytes;

    SlabAllocator slab;
    DirectMemory memory;
    Cpu cpu;
    int place;
    long word;

    /** Takes a CPU. */
    @Setup(Level.Trial)
    public void hold(SlabMachine machine) {
      slab = machine.slab();
      memory = slab.memory();
      cpu = machine.holdCpu();
    }

    int next() {
      int at = place;
      place = (place + 1) % PLACES;
      return at << 4;
    }
  }

  private static long @Nullable [] take(
      AtomicReferenceArray<long[]> ring, int place, Control control) {
    for (int spins = 0; !control.stopMeasurement; spins++) {
      long[] batch = ring.getAcquire(place);
      if (batch != null) {
        ring.setPlain(place, null);
        return batch;
      }
      if (spins < SPINS_BEFORE_YIELD) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    return null;
  }

  /** Allocates a batch. */
  @Benchmark
  @Group("handOver")
  @GroupThreads(1)
  @OperationsPerInvocation(BATCH)
  public void allocate(Ring ring, Side side, Control control) {
    int place = side.place << 4;
    long[] batch = take(ring.empty, place, control);
    if (batch == null) {
      return;
    }
    side.next();
    for (int i = 0; i < BATCH; i++) {
      long object = side.slab.kmalloc(side.cpu, side.bytes, Gfp.GFP_KERNEL);
      side.memory.putLong(object, side.word++);
      batch[i] = object;
    }
    ring.full.setRelease(place, batch);
  }

  /** Frees a batch. */
  @Benchmark
  @Group("handOver")
  @GroupThreads(1)
  @OperationsPerInvocation(BATCH)
  public void free(Ring ring, Side side, Control control) {
    int place = side.place << 4;
    long[] batch = take(ring.full, place, control);
    if (batch == null) {
      return;
    }
    side.next();
    for (long object : batch) {
      side.slab.kfree(side.cpu, object);
    }
    ring.empty.setRelease(place, batch);
  }
}
