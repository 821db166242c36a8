package dev.quarry.bench.work;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageAllocator;
import java.util.Arrays;
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
 * G1: what a pair costs beside many free blocks. Memory is fragmented as badly as it can be: of
 * every two frames the odd one is held for good; of the even ones half are free, each a block of
 * its own that can never join another.
 *
 * <pre>
 *   frame   0    1    2    3    4    5    6    7   ...  behind them: one large free range
 *          free held held held free held held held
 * </pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Growth {
  private static final long SEED = 7;

  /** How much is free. */
  @State(Scope.Benchmark)
  public static class Size {
    /** Free blocks of order 0. */
    @Param({"1", "10", "100", "1000", "10000", "100000", "1000000"})
    public int freeBlocks;

    /** Pages in use and in fragments, with room for the large range behind them. */
    int frames() {
      int slack = 1 << 14;
      return (4 * freeBlocks + 2 * slack) & -slack;
    }
  }

  /** Frames in a random order. */
  static void shuffle(int[] frames, SplitMix64 random) {
    for (int i = frames.length - 1; i > 0; i--) {
      int j = BlockSequence.block(random.next(), i + 1);
      int frame = frames[i];
      frames[i] = frames[j];
      frames[j] = frame;
    }
  }

  /** The buddy system: a machine without per-CPU lists, so that each request reaches the zone. */
  @State(Scope.Benchmark)
  public static class Buddy {
    private static final String SPEC =
        """
        release 6.18
        cpus 0
        zone Normal
        percpu no
        contents none
        sysctl vm.min_free_kbytes=0
        sysctl vm.watermark_scale_factor=1
        """;

    final SplitMix64 random = SplitMix64.ofThread(SEED, 0);
    Machine machine;
    PageAllocator allocator;
    Cpu cpu;
    int[] held;

    /** Boots and fragments it. */
    @Setup(Level.Trial)
    public void fragment(Size size) {
      String spec = SPEC + "memory 0-" + 4L * size.frames() + "K\n";
      machine = Machine.boot(MachineSpecReader.read("growth", spec));
      allocator = machine.allocator();
      cpu = machine.cpu(0);
      int[] even = new int[2 * size.freeBlocks];
      for (int i = 0; i < even.length; i++) {
        even[i] = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 1);
        allocator.splitPage(even[i], 1);
      }
      shuffle(even, random);
      for (int i = 0; i < size.freeBlocks; i++) {
        allocator.freePages(cpu, even[i], 0);
      }
      held = Arrays.copyOfRange(even, size.freeBlocks, even.length);
    }

    /** Gives its memory back. */
    @TearDown(Level.Trial)
    public void close() {
      machine.close();
    }
  }

  /** The list: the same frames free and held. */
  @State(Scope.Benchmark)
  public static class FirstFit {
    FirstFitList list;

    /** Fragments it. */
    @Setup(Level.Trial)
    public void fragment(Size size) {
      list = new FirstFitList(size.frames());
      int fragments = 4 * size.freeBlocks;
      list.free(fragments, size.frames() - fragments);
      int[] even = new int[2 * size.freeBlocks];
      Arrays.setAll(even, i -> 2 * i);
      shuffle(even, SplitMix64.ofThread(SEED, 0));
      int[] free = Arrays.copyOf(even, size.freeBlocks);
      Arrays.sort(free);
      list.freeAscending(free);
    }
  }

  /** A page is allocated, a random one freed: one of the fragments each. */
  @Benchmark
  public void buddyOnePage(Buddy buddy) {
    int block = BlockSequence.block(buddy.random.next(), buddy.held.length);
    int pfn = buddy.allocator.allocPages(buddy.cpu, Gfp.GFP_KERNEL, 0);
    buddy.allocator.freePages(buddy.cpu, buddy.held[block], 0);
    buddy.held[block] = pfn;
  }

  /** Two pages, which no fragment holds, are allocated and freed. */
  @Benchmark
  public boolean buddyTwoPages(Buddy buddy) {
    int pfn = buddy.allocator.allocPages(buddy.cpu, Gfp.GFP_KERNEL, 1);
    return buddy.allocator.freePages(buddy.cpu, pfn, 1);
  }

  /**
   * The same on the list. There is no such benchmark of one page: the first fragment serves it, and
   * after a while the list has moved all free ones out of the way.
   */
  @Benchmark
  public int firstFitTwoPages(FirstFit firstFit) {
    int frame = firstFit.list.allocate(2);
    firstFit.list.free(frame, 2);
    return frame;
  }
}
