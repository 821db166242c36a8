package dev.quarry.kernel;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.DirectMap;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabCpu;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Objects;

/**
 * kmalloc and kfree by segments: what a JVM program uses in place of {@code struct page *} and
 * pointers.
 *
 * <pre>{@code
 * try (Arena arena = Arena.ofConfined()) {
 *   SlabSegments segments = new SlabSegments(machine, cpu, Gfp.GFP_KERNEL, arena);
 *   MemorySegment point = segments.allocate(16);
 *   segments.free(point);
 * }
 * }</pre>
 *
 * <p>A segment is exactly as long as was asked for and can be used while its arena is open. One
 * that was freed can still be read and written until then, as with free(3); who wants it to be
 * invalid the moment it is freed uses a {@link KernelArena}. The arena must be closed before the
 * machine.
 *
 * <p>It keeps no count: a store for each call would take a tenth of a pair of both. What is not
 * freed is among the live objects of the machine's caches.
 *
 * <p>One thread uses it, the one that made it, and it must hold the CPU or be the only one that
 * drives the machine.
 */
public final class SlabSegments implements SegmentAllocator {
  /** kmalloc aligns all to 8 bytes. */
  private static final long ALWAYS_ALIGNED = Long.BYTES;

  /** Sizes from 1 to here are asked for without another look. */
  private static final long USUAL_BYTES = 1L << 30;

  private final Thread thread = Thread.currentThread();
  private final SlabCpu slab;
  private final int gfp;
  private final long pageBytes;
  private final long largestBytes;

  /** From here on kmalloc gives whole pages. */
  private final long largestObject;

  /** The direct map as one segment with the arena's lifetime. */
  private final MemorySegment window;

  /** The kernel's address of the window's first byte. */
  private final long base;

  /**
   * Segments of a machine.
   *
   * @param cpu which the calling thread may use
   * @param gfp bits of {@link dev.quarry.physical.Gfp} for each request; with ZERO segments are
   *     cleared
   * @param lifetime how long its segments can be used
   * @throws IllegalStateException if another thread holds the CPU
   */
  public SlabSegments(Machine machine, Cpu cpu, int gfp, Arena lifetime) {
    if (cpu.isHeldElsewhere()) {
      throw new IllegalStateException(cpu + " is held by another thread than " + thread);
    }
    DirectMap directMap = machine.allocator().directMap();
    this.slab = machine.slab().on(cpu);
    this.gfp = gfp;
    this.pageBytes = 1L << machine.spec().pageShift();
    this.largestBytes = pageBytes << machine.spec().maxOrder();
    this.largestObject = machine.spec().slab().geometry().sizes().getLast();
    this.base = directMap.base();
    this.window = Objects.requireNonNull(machine.ram()).slice(0, directMap.bytes(), lifetime);
  }

  /**
   * Allocates a segment. With 0 bytes it takes no memory, and need not be freed.
   *
   * @param byteAlignment a power of two, up to the page size
   * @throws IllegalArgumentException for a size or an alignment that cannot be
   * @throws OutOfMemoryError if the machine has no memory for it
   * @throws WrongThreadException in another thread than the one that made this
   */
  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    if (Long.compareUnsigned(byteSize - 1, USUAL_BYTES) >= 0
        || byteAlignment > ALWAYS_ALIGNED
        || byteAlignment < 1) {
      return allocateUnusual(byteSize, byteAlignment);
    }
    checkThread();
    return segment(slab.kmalloc((int) byteSize, gfp), byteSize);
  }

  /** 8 bytes are always aligned; the interface's own would ask for 1. */
  @Override
  public MemorySegment allocate(long byteSize) {
    return allocate(byteSize, ALWAYS_ALIGNED);
  }

  private MemorySegment allocateUnusual(long byteSize, long byteAlignment) {
    checkThread();
    if (byteSize < 0) {
      throw new IllegalArgumentException(byteSize + " bytes are less than 0");
    }
    if (Long.bitCount(byteAlignment) != 1 || byteAlignment < 1 || byteAlignment > pageBytes) {
      throw new IllegalArgumentException(
          "alignment "
              + byteAlignment
              + " is not a power of two from 1 to the page's "
              + pageBytes
              + " bytes");
    }
    if (byteSize == 0) {
      return window.asSlice(0, 0);
    }
    return segment(allocateAligned(byteSize, byteAlignment), byteSize);
  }

  /**
   * A block of at least {@code bytes} bytes at a multiple of {@code alignment}. Which general cache
   * has such objects depends on the geometry; whole pages always are aligned.
   */
  private long allocateAligned(long bytes, long alignment) {
    long multiple = (bytes + alignment - 1) & -alignment;
    long power = Long.highestOneBit(multiple - 1) << 1;
    long pages = Math.max(multiple, Math.min(largestObject + 1, largestBytes));
    long address = KmemCache.NULL;
    for (long tried : new long[] {multiple, Math.max(power, multiple), pages}) {
      address = kmalloc(tried);
      if ((address & (alignment - 1)) == 0) {
        break;
      }
      slab.kfree(address);
    }
    return address;
  }

  private long kmalloc(long bytes) {
    return bytes == (int) bytes ? slab.kmalloc((int) bytes, gfp) : KmemCache.NULL;
  }

  private MemorySegment segment(long address, long bytes) {
    if (address == KmemCache.NULL) {
      throw refused(bytes);
    }
    return window.asSlice(address - base, bytes);
  }

  private OutOfMemoryError refused(long bytes) {
    if (bytes > largestBytes) {
      throw new IllegalArgumentException(
          bytes + " bytes are more than the " + largestBytes + " of the largest block of pages");
    }
    return new OutOfMemoryError("the machine has no " + bytes + " bytes for kmalloc");
  }

  /**
   * Frees a segment, or all of a segment that begins where this one does.
   *
   * @throws IllegalArgumentException if none of this machine begins there, or it was freed
   * @throws WrongThreadException in another thread than the one that made this
   */
  public void free(MemorySegment segment) {
    checkThread();
    if (segment.byteSize() != 0) {
      free(addressOf(segment));
    }
  }

  /** Frees by the kernel's address. */
  void free(long address) {
    if (!slab.kfree(address)) {
      throw new IllegalArgumentException(
          "no allocation of this machine begins at 0x"
              + Long.toHexString(address)
              + ", or it was freed");
    }
  }

  /** The kernel's address of a segment's first byte. */
  long addressOf(MemorySegment segment) {
    return segment.address() - window.address() + base;
  }

  private void checkThread() {
    if (Thread.currentThread() != thread) {
      throw new WrongThreadException(
          Thread.currentThread() + " is not " + thread + ", which made this allocator");
    }
  }
}
