package dev.quarry.bench.work;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.virtual.space.MapFlags;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.Mmap;
import dev.quarry.virtual.space.Munmap;
import java.util.Objects;
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
 * G1: what operations on areas cost among many of them. Every other page is an area of its own,
 * which can join no other.
 *
 * <pre>
 *   [a]   [a]   [a]   [a]   ...  [a]        a random one is found, or taken out and put back
 * </pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AreaGrowth {
  private static final long SEED = 17;
  private static final long PAGE = 4096;
  private static final long STRIDE = 2 * PAGE;
  private static final long BASE = 0x1000_0000_0000L;
  private static final int ROOM = 16; // for the stack, and for what the benchmark maps

  /** A process with many areas. */
  @State(Scope.Benchmark)
  public static class Areas {
    /** How many, beside the stack. */
    @Param({"1", "10", "100", "1000", "10000", "100000", "1000000"})
    public int areas;

    final SplitMix64 random = SplitMix64.ofThread(SEED, 0);
    Machine machine;
    Cpu cpu;
    MmStruct mm;

    /** Boots a machine and maps. */
    @Setup(Level.Trial)
    public void fill() {
      String spec = "release 6.18\ncpus 0\nmemory 0-1G\nzone Normal\n";
      machine = Machine.boot(MachineSpecReader.read("areas", spec));
      cpu = machine.cpu(0);
      cpu.hold();
      machine.processes().spaces().settings().maxMapCount(areas + ROOM);
      Process process = Objects.requireNonNull(machine.processes().spawn(cpu));
      mm = process.mm();
      for (int i = 0; i < areas; i++) {
        map(BASE + i * STRIDE);
      }
    }

    long any() {
      return BASE + Mix.below(random, areas) * STRIDE;
    }

    void map(long address) {
      long flags = MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS | MapFlags.MAP_FIXED;
      if (Mmap.mmap(cpu, mm, address, PAGE, MapFlags.PROT_READ, flags, null, 0) != address) {
        throw new IllegalStateException("an area could not be mapped");
      }
    }

    /** Gives its memory back. */
    @TearDown(Level.Trial)
    public void close() {
      machine.close();
    }
  }

  /** The area of a random address: {@code find_vma}. */
  @Benchmark
  public long find(Areas state) {
    return state.mm.findVma(state.any());
  }

  /** A random area taken out and put back: its place is found twice. */
  @Benchmark
  public void replace(Areas state) {
    long address = state.any();
    if (Munmap.munmap(state.cpu, state.mm, address, PAGE) != 0) {
      throw new IllegalStateException("an area could not be unmapped");
    }
    state.map(address);
  }

  /** An area where the kernel finds room for it, above all others, and taken out again. */
  @Benchmark
  public long anywhere(Areas state) {
    long flags = MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS;
    long at = Mmap.mmap(state.cpu, state.mm, 0, STRIDE, MapFlags.PROT_READ, flags, null, 0);
    return Munmap.munmap(state.cpu, state.mm, at, STRIDE);
  }
}
