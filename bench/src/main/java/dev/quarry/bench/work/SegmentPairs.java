package dev.quarry.bench.work;

import dev.quarry.kernel.KernelArena;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.SlabSegments;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
import org.openjdk.jmh.annotations.TearDown;

/** P6, and Arena.ofConfined in P1: segments allocated, their first 8 bytes written, and freed. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SegmentPairs {
  /** What the JDK's arena needs. */
  @State(Scope.Thread)
  public static class Size {
    /** Of a segment. */
    @Param("64")
    public long bytes;

    final int[] pairs = Mix.pairs(SplitMix64.ofThread(Mix.SEED, 0), Mix.PAIRS);
    long word;
  }

  /** Quarry's segments. */
  @State(Scope.Thread)
  public static class Quarry {
    /** Whether segments are cleared, as those of the JDK's arenas are. */
    @Param("false")
    public boolean zeroed;

    private ObjectMachine booted;
    Machine machine;
    Cpu cpu;
    int gfp;
    private final Arena lifetime = Arena.ofConfined();
    SlabSegments segments;

    /** Boots a machine. */
    @Setup(Level.Trial)
    public void boot() {
      booted = new ObjectMachine("1G", "fine", "-");
      machine = booted.machine();
      cpu = machine.cpu(0);
      gfp = zeroed ? Gfp.GFP_KERNEL | Gfp.ZERO : Gfp.GFP_KERNEL;
      segments = new SlabSegments(machine, cpu, gfp, lifetime);
    }

    /** Checks the machine and gives its memory back. */
    @TearDown(Level.Trial)
    public void close() {
      lifetime.close();
      booted.close();
    }
  }

  /** A segment from our allocator, freed by itself. */
  @Benchmark
  public void freedSingly(Quarry quarry, Size size) {
    MemorySegment segment = quarry.segments.allocate(size.bytes);
    segment.set(ValueLayout.JAVA_LONG, 0, size.word++);
    quarry.segments.free(segment);
  }

  /** A segment from an arena of ours, freed with it. */
  @Benchmark
  public void ourArena(Quarry quarry, Size size) {
    try (KernelArena arena = new KernelArena(quarry.machine, quarry.cpu, quarry.gfp)) {
      arena.allocate(size.bytes).set(ValueLayout.JAVA_LONG, 0, size.word++);
    }
  }

  /** A segment from an arena of the JDK, freed with it. */
  @Benchmark
  public void ofConfined(Size size) {
    try (Arena arena = Arena.ofConfined()) {
      arena.allocate(size.bytes, Long.BYTES).set(ValueLayout.JAVA_LONG, 0, size.word++);
    }
  }

  /** The same of each size in turn. */
  @Benchmark
  @OperationsPerInvocation(Mix.PAIRS)
  public void ofConfinedPairs(Size size) {
    for (int bytes : size.pairs) {
      try (Arena arena = Arena.ofConfined()) {
        arena.allocate(bytes, Long.BYTES).set(ValueLayout.JAVA_LONG, 0, size.word++);
      }
    }
  }
}
