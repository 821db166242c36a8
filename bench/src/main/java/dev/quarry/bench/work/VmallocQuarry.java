package dev.quarry.bench.work;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.virtual.Access;
import dev.quarry.virtual.KernelSpace;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** VMALLOC on Quarry: single frames mapped one after the other, beside a contiguous block. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class VmallocQuarry {
  /** What is allocated: 256 pages. */
  public static final int BYTES = 1 << 20;

  private static final int ORDER = 8;
  private static final long WALKED_BYTES = 8L << 20;

  /** A CPU in hand, and an area to walk in. */
  @State(Scope.Thread)
  public static class InHand {
    KernelSpace space;
    QuarryMachine machine;
    Cpu cpu;
    long area;
    long random = 1;

    /** Takes a CPU. */
    @Setup(Level.Trial)
    public void hold(QuarryMachine quarry) {
      machine = quarry;
      space = quarry.machine().kernelSpace();
      cpu = quarry.holdCpu();
      area = space.vmalloc().vmalloc(cpu, WALKED_BYTES, "bench");
    }
  }

  /** An area allocated and freed; the TLB is flushed when 64 MiB are lazy. */
  @Benchmark
  public boolean vmalloc(InHand hand) {
    long address = hand.space.vmalloc().vmalloc(hand.cpu, BYTES, "bench");
    return hand.space.vmalloc().vfree(hand.cpu, address);
  }

  /** As many pages in one block, which the direct map shows already. */
  @Benchmark
  public boolean contiguous(InHand hand) {
    int pfn = hand.machine.allocator().allocPages(hand.cpu, Gfp.GFP_KERNEL, ORDER);
    return hand.machine.allocator().freePages(hand.cpu, pfn, ORDER);
  }

  /**
   * The translation of a random address of 8 MiB, whose tables are in the first cache, four levels
   * down.
   */
  @Benchmark
  public long walk(InHand hand) {
    hand.random = hand.random * 6364136223846793005L + 1442695040888963407L;
    long offset = (hand.random >>> 20) & (WALKED_BYTES - 1);
    return hand.space.tables().translate(hand.area + offset, Access.READ);
  }
}
