package dev.quarry.bench.probe;

import dev.quarry.bench.work.Mix;
import dev.quarry.bench.work.SplitMix64;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.slab.SlabAllocator;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocalThread;

/**
 * What an allocator holds for what it was asked for: prints memory held / bytes asked for of many
 * blocks of the mix, fresh, and after as many were replaced by others. The C program's {@code held}
 * draws the same.
 *
 * <p>Quarry holds the pages of its slabs, in which its slab descriptors are too, and the page
 * descriptors of these pages. Netty holds the direct memory that it says it uses.
 */
public final class HeldProbe {
  private static final int PAGE_BYTES = 4096;

  private HeldProbe() {}

  /** Blocks of one allocator. */
  private interface Blocks extends AutoCloseable {
    void allocate(int block, int bytes);

    void free(int block);

    long held();

    @Override
    void close();
  }

  /** Takes the allocator, {@code quarry} or {@code netty}, which one of its kind, and how many. */
  public static void main(String[] args) throws InterruptedException {
    int count = Integer.parseInt(args[2]);
    Thread thread =
        new FastThreadLocalThread(() -> {
          try (Blocks blocks =
              args[0].equals("quarry")
                  ? new QuarryBlocks(args[1], count)
                  : new NettyBlocks(args[1], count)) {
            measure(blocks, count);
          }
        });
    thread.start();
    thread.join();
  }

  private static void measure(Blocks blocks, int count) {
    SplitMix64 random = SplitMix64.ofThread(Mix.SEED, 0);
    int[] sizes = new int[count];
    long before = blocks.held();
    long asked = 0;
    for (int block = 0; block < count; block++) {
      sizes[block] = Mix.bytes(random);
      asked += sizes[block];
      blocks.allocate(block, sizes[block]);
    }
    IO.println((double) (blocks.held() - before) / asked);
    for (int i = 0; i < count; i++) {
      int victim = Mix.below(random, count);
      int bytes = Mix.bytes(random);
      blocks.free(victim);
      blocks.allocate(victim, bytes);
      asked += bytes - sizes[victim];
      sizes[victim] = bytes;
    }
    IO.println((double) (blocks.held() - before) / asked);
  }

  private static final class QuarryBlocks implements Blocks {
    private final Machine machine;
    private final SlabAllocator slab;
    private final Cpu cpu;
    private final long[] addresses;

    /** On a machine with room for blocks that are twice as large as was asked for. */
    QuarryBlocks(String kmalloc, int count) {
      long mib = 256 + (((long) count * PAGE_BYTES) >> 20);
      String spec = "release 6.18\ncpus 0\nzone Normal\nmemory 0-" + mib + "M\n";
      machine = Machine.boot(MachineSpecReader.read("held", spec + "kmalloc " + kmalloc + "\n"));
      slab = machine.slab();
      cpu = machine.cpu(0);
      addresses = new long[count];
    }

    @Override
    public void allocate(int block, int bytes) {
      addresses[block] = slab.kmalloc(cpu, bytes, Gfp.GFP_KERNEL);
      if (addresses[block] == 0) {
        throw new IllegalStateException("kmalloc of " + bytes + " bytes failed");
      }
    }

    @Override
    public void free(int block) {
      if (!slab.kfree(cpu, addresses[block])) {
        throw new IllegalStateException("kfree of block " + block + " failed");
      }
    }

    @Override
    public long held() {
      Node node = machine.memory().nodes().getFirst();
      long pages =
          node.stat(NodeStat.NR_SLAB_RECLAIMABLE) + node.stat(NodeStat.NR_SLAB_UNRECLAIMABLE);
      return pages * (PAGE_BYTES + MemMap.DESCRIPTOR_BYTES);
    }

    @Override
    public void close() {
      machine.close();
    }
  }

  private static final class NettyBlocks implements Blocks {
    private final ByteBufAllocator allocator;
    private final ByteBuf[] buffers;

    NettyBlocks(String name, int count) {
      allocator =
          name.equals("pooled") ? new PooledByteBufAllocator(true) : new AdaptiveByteBufAllocator();
      buffers = new ByteBuf[count];
    }

    @Override
    public void allocate(int block, int bytes) {
      buffers[block] = allocator.directBuffer(bytes, bytes);
    }

    @Override
    public void free(int block) {
      buffers[block].release();
    }

    @Override
    public long held() {
      return ((ByteBufAllocatorMetricProvider) allocator).metric().usedDirectMemory();
    }

    @Override
    public void close() {}
  }
}
