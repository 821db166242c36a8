package dev.quarry.bench.work;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.slab.CacheSpec;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabAllocator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * G1: what an object costs among many caches, many live objects, many CPUs. One thread drives all
 * CPUs. As in the rest of G1, memory that does not fit the host's caches is part of the growth.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ObjectGrowth {
  private static final long SEED = 13;
  private static final int BYTES = 64;

  /** A machine, its size to be given. */
  public abstract static class Machines {
    final SplitMix64 random = SplitMix64.ofThread(SEED, 0);
    Machine machine;
    SlabAllocator slab;
    Cpu cpu;

    int nrCpus() {
      return 1;
    }

    /** Makes what the benchmark needs on the booted machine. */
    void fill() {}

    /** Boots it. */
    @Setup(Level.Trial)
    public final void boot() {
      String spec = "cpus 0-" + (nrCpus() - 1) + "\nmemory 0-4G\nzone Normal\n";
      machine = Machine.boot(MachineSpecReader.read("objects", spec));
      slab = machine.slab();
      cpu = machine.cpu(0);
      fill();
    }

    /** Gives its memory back. */
    @TearDown(Level.Trial)
    public void close() {
      machine.close();
    }
  }

  /** Many caches. */
  @State(Scope.Benchmark)
  public static class Caches extends Machines {
    /** How many, beside the general ones. */
    @Param({"1", "10", "100", "1000", "10000"})
    public int caches;

    KmemCache[] made = {};

    @Override
    void fill() {
      made = new KmemCache[caches];
      for (int i = 0; i < caches; i++) {
        made[i] = slab.createCache(cpu, CacheSpec.of("cache-" + i, BYTES));
      }
    }
  }

  /** Many objects of one general cache. */
  @State(Scope.Benchmark)
  public static class Objects extends Machines {
    /** How many are live. */
    @Param({"1", "10", "100", "1000", "10000", "100000", "1000000"})
    public int objects;

    long[] live = {};

    @Override
    void fill() {
      live = new long[objects];
      for (int i = 0; i < objects; i++) {
        live[i] = slab.kmalloc(cpu, BYTES, Gfp.GFP_KERNEL);
      }
    }
  }

  /** Many CPUs, each with slabs of its own. */
  @State(Scope.Benchmark)
  public static class Cpus extends Machines {
    /** How many. */
    @Param({"1", "4", "16", "64", "256", "1024"})
    public int cpus;

    @Override
    int nrCpus() {
      return cpus;
    }
  }

  /** An object of a random cache allocated and freed. */
  @Benchmark
  public boolean caches(Caches state) {
    KmemCache cache = state.made[Mix.below(state.random, state.made.length)];
    return cache.free(state.cpu, cache.alloc(state.cpu, Gfp.GFP_KERNEL));
  }

  /** A random object freed, another allocated. */
  @Benchmark
  public void objects(Objects state) {
    int victim = Mix.below(state.random, state.live.length);
    state.slab.kfree(state.cpu, state.live[victim]);
    state.live[victim] = state.slab.kmalloc(state.cpu, BYTES, Gfp.GFP_KERNEL);
  }

  /** An object allocated and freed on a random CPU. */
  @Benchmark
  public boolean cpus(Cpus state) {
    Cpu cpu = state.machine.cpu(Mix.below(state.random, state.machine.cpus().size()));
    return state.slab.kfree(cpu, state.slab.kmalloc(cpu, BYTES, Gfp.GFP_KERNEL));
  }
}
