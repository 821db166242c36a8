package dev.quarry.bench.work;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
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
 * G1: what a pair costs on a machine with many CPUs or many nodes, each with zones of its own. One
 * thread drives all CPUs, as a replay does, a random one each time.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MachineGrowth {
  private static final long SEED = 11;

  /** A machine, its size to be given. */
  public abstract static class Machines {
    final SplitMix64 random = SplitMix64.ofThread(SEED, 0);
    Machine machine;

    abstract MachineSpec spec();

    /** Boots it. */
    @Setup(Level.Trial)
    public void boot() {
      machine = Machine.boot(spec());
    }

    boolean pairOnRandomCpu() {
      int id = BlockSequence.block(random.next(), machine.cpus().size());
      Cpu cpu = machine.cpu(id);
      int pfn = machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL, 0);
      return machine.allocator().freePages(cpu, pfn, 0);
    }

    /** Gives its memory back. */
    @TearDown(Level.Trial)
    public void close() {
      machine.close();
    }
  }

  /** Many CPUs on one node. */
  @State(Scope.Benchmark)
  public static class Cpus extends Machines {
    /** How many. */
    @Param({"1", "4", "16", "64", "256", "1024"})
    public int cpus;

    @Override
    MachineSpec spec() {
      String text = "cpus 0-" + (cpus - 1) + "\nmemory 4G-36G\ncontents none\n";
      return MachineSpecReader.read("cpus", text);
    }
  }

  /** Many nodes with one CPU and 1 GiB each. */
  @State(Scope.Benchmark)
  public static class Nodes extends Machines {
    /** How many. */
    @Param({"1", "4", "16", "64"})
    public int nodes;

    @Override
    MachineSpec spec() {
      StringBuilder text = new StringBuilder("contents none\n");
      for (int node = 0; node < nodes; node++) {
        String on = " node=" + node + "\n";
        text.append("node ").append(node).append(" distance=").append(distances(node)).append('\n');
        text.append("cpus ").append(node).append(on);
        text.append("memory ")
            .append(4 + node)
            .append("G-")
            .append(5 + node)
            .append('G')
            .append(on);
      }
      return MachineSpecReader.read("nodes", text);
    }

    private String distances(int node) {
      StringBuilder text = new StringBuilder();
      for (int other = 0; other < nodes; other++) {
        text.append(other == 0 ? "" : ",").append(other == node ? 10 : 20);
      }
      return text.toString();
    }
  }

  /** A pair on one of many CPUs. */
  @Benchmark
  public boolean cpus(Cpus machines) {
    return machines.pairOnRandomCpu();
  }

  /** A pair on one of many nodes. */
  @Benchmark
  public boolean nodes(Nodes machines) {
    return machines.pairOnRandomCpu();
  }
}
