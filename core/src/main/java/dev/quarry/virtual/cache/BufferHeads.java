package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.DirectMap;
import dev.quarry.physical.MemMap;
import dev.quarry.slab.CacheSpec;
import dev.quarry.slab.DirectMemory;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.slab.SlabFlags;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The buffers of pages, which say where on the disk their blocks are: {@code struct buffer_head}
 * (include/linux/buffer_head.h, fs/buffer.c, 6.18), objects of a cache of their own.
 *
 * <pre>
 *   page  private ──► 1st block ──► 2nd ──► ... ──► 8th      b_this_page, in a ring
 *   4 KiB             ▲                              │       8 blocks of 512 bytes
 *                     └──────────────────────────────┘
 *   byte   0       8            16      24         32      40           96
 *        | b_state | b_this_page | b_folio | b_blocknr | b_size | b_data ... | b_count |
 * </pre>
 *
 * <p>A page's private word has 32 bits, an object's address 64: the word is a number in a table.
 * The page has one reference for all of its buffers.
 *
 * <p>Equation: numbers in use == pages whose private word names buffers.
 */
public final class BufferHeads {
  /** The name of the cache. */
  public static final String CACHE = "buffer_head";

  /** As the private word: the page has no buffers. */
  public static final int NONE = 0;

  /** {@code sizeof(struct buffer_head)} on x86-64. */
  private static final int BYTES = 104;

  private static final int STATE = 0;
  private static final int THIS_PAGE = 8;
  private static final int FOLIO = 16;
  private static final int BLOCK_NUMBER = 24;
  private static final int SIZE = 32;
  private static final int DATA = 40;

  private static final long UPTODATE = 1;
  private static final long DIRTY = 1 << 1;
  private static final long MAPPED = 1 << 5;

  private final KmemCache heads;
  private final DirectMemory memory;
  private final DirectMap directMap;
  private final MemMap map;
  private long[] byNumber = new long[64];
  private int[] freeNumbers = new int[64];
  private int nrFree;
  private int nextNumber = NONE + 1;

  /**
   * A buffer as it is.
   *
   * @param block its number on its disk, or in its file
   */
  public record Buffer(long address, long block, int bytes, boolean dirty) {}

  /**
   * Makes the cache: {@code buffer_init}.
   *
   * @throws dev.quarry.slab.CacheException if there is no memory for it
   */
  public BufferHeads(Cpu cpu, SlabAllocator slab, DirectMap directMap, MemMap map) {
    this.heads = slab.createCache(cpu, CacheSpec.of(CACHE, BYTES).with(SlabFlags.RECLAIM_ACCOUNT));
    this.memory = slab.memory();
    this.directMap = directMap;
    this.map = map;
  }

  /**
   * A ring of buffers for a page that has none: {@code folio_alloc_buffers}.
   *
   * @param blockBytes a power of two, up to a page
   * @return the first, or {@link KmemCache#NULL} without memory
   */
  long allocate(Cpu cpu, int gfp, int blockBytes) {
    long[] ring = new long[(int) PageCache.PAGE / blockBytes];
    if (!heads.allocBulk(cpu, gfp, ring)) {
      return KmemCache.NULL;
    }
    for (int i = 0; i < ring.length; i++) {
      memory.fill(ring[i], BYTES, (byte) 0);
      memory.putLong(ring[i] + THIS_PAGE, ring[(i + 1) % ring.length]);
      memory.putLong(ring[i] + SIZE, blockBytes);
    }
    return ring[0];
  }

  /** Gives a ring back that no page has. */
  void free(Cpu cpu, long first) {
    long at = first;
    do {
      long next = memory.getLong(at + THIS_PAGE);
      heads.free(cpu, at);
      at = next;
    } while (at != first);
  }

  /** A page has buffers from now on, with a reference: {@code folio_attach_private}. */
  void attach(int pfn, long first, long index, boolean dirty) {
    map.addReference(pfn, 0);
    map.privateWord(pfn, number(first));
    long at = first;
    long blocks = PageCache.PAGE / memory.getLong(first + SIZE);
    for (long block = 0; block < blocks; block++) {
      memory.putLong(at + STATE, UPTODATE | MAPPED | (dirty ? DIRTY : 0));
      memory.putLong(at + BLOCK_NUMBER, index * blocks + block);
      at = memory.getLong(at + THIS_PAGE);
    }
    moved(pfn);
  }

  /** The page of buffers is another frame: {@code folio_set_bh}. */
  void moved(int pfn) {
    long physical = (long) pfn << PageCache.SHIFT;
    long data = physical < directMap.bytes() ? directMap.va(physical) : 0; // HighMem has no address
    for (long at : ring(pfn)) {
      memory.putLong(at + FOLIO, pfn);
      memory.putLong(at + DATA, data);
      data += memory.getLong(at + SIZE);
    }
  }

  /** What is written to a page is to be written to the disk, or has been. */
  void dirty(int pfn, boolean dirty) {
    int number = map.privateWord(pfn);
    if (number == NONE) {
      return;
    }
    long first = first(number);
    long at = first;
    do {
      long state = memory.getLong(at + STATE);
      memory.putLong(at + STATE, dirty ? state | DIRTY : state & ~DIRTY);
      at = memory.getLong(at + THIS_PAGE);
    } while (at != first);
  }

  /**
   * A page has no buffers any more, if it had: {@code try_to_free_buffers}. Its cache has a
   * reference still.
   */
  void drop(Cpu cpu, int pfn) {
    int number = map.privateWord(pfn);
    if (number != NONE) {
      map.privateWord(pfn, NONE);
      free(cpu, take(number));
      map.dropReference(pfn);
    }
  }

  /** References that a page of a file has for its buffers. */
  public int references(int pfn) {
    return map.privateWord(pfn) == NONE ? 0 : 1;
  }

  /** How many pages have buffers. */
  public synchronized int pages() {
    return nextNumber - 1 - nrFree;
  }

  /** The buffers of a page of a file, the first one first. */
  public List<Buffer> of(int pfn) {
    List<Buffer> buffers = new ArrayList<>();
    for (long at : ring(pfn)) {
      boolean dirty = (memory.getLong(at + STATE) & DIRTY) != 0;
      int bytes = (int) memory.getLong(at + SIZE);
      buffers.add(new Buffer(at, memory.getLong(at + BLOCK_NUMBER), bytes, dirty));
    }
    return buffers;
  }

  private synchronized long first(int number) {
    return byNumber[number];
  }

  private long[] ring(int pfn) {
    int number = map.privateWord(pfn);
    if (number == NONE) {
      return new long[0];
    }
    long first = first(number);
    long[] ring = new long[(int) (PageCache.PAGE / memory.getLong(first + SIZE))];
    long at = first;
    for (int i = 0; i < ring.length; i++) {
      ring[i] = at;
      at = memory.getLong(at + THIS_PAGE);
    }
    return ring;
  }

  private synchronized int number(long first) {
    int number = nrFree > 0 ? freeNumbers[--nrFree] : nextNumber++;
    if (number == byNumber.length) {
      byNumber = Arrays.copyOf(byNumber, 2 * number);
    }
    byNumber[number] = first;
    return number;
  }

  private synchronized long take(int number) {
    if (nrFree == freeNumbers.length) {
      freeNumbers = Arrays.copyOf(freeNumbers, 2 * nrFree);
    }
    freeNumbers[nrFree++] = number;
    return byNumber[number];
  }
}
