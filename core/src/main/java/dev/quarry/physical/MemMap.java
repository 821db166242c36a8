package dev.quarry.physical;

import dev.quarry.machine.Host;
import dev.quarry.machine.HostMemory;

/**
 * The descriptors of all frames: {@code mem_map}, an array of {@code struct page}. 32 bytes each,
 * half of Linux's, off the heap and lazily committed: a frame that was never touched costs nothing.
 *
 * <pre>
 *   byte 0               8         12        16        20        24        28        32
 *  +--------------------+---------+---------+---------+---------+---------+---------+
 *  | PageState          | lru.next| lru.prev| mapping | mapcount| private | index   |
 *  +--------------------+---------+---------+---------+---------+---------+---------+
 *   flags order refcount  frame numbers      owner     buffers   place in   mappings
 *                                            (handle)  or swap   the file   of the frame
 * </pre>
 *
 * <p>The links hold a frame's place on one list at a time: a free list, a per-CPU list, an LRU
 * list. They mean something only while the state says that the frame is on a list. A frame of a
 * slab is on none: both together hold where the host has the slab's descriptor, as {@code
 * page->lru.prev} did in Linux up to 3.12, below a byte that no link has; private and index
 * together, the kernel's address of it.
 */
public final class MemMap implements AutoCloseable {
  /** Bytes in a descriptor. */
  public static final int DESCRIPTOR_BYTES = 32;

  private static final int DESCRIPTOR_SHIFT = 5;
  private static final int NEXT = 8;
  private static final int PREV = 12;
  private static final int MAPPING = 16;
  private static final int MAPCOUNT = 20;
  private static final int PRIVATE = 24;
  private static final int INDEX = 28;

  /**
   * The highest byte of the links of a slab's frame, above the host's address. No other links have
   * it, whatever list a frame is on: the upper one is a frame number, which is not negative, or
   * {@link Pfn#NONE}, which is all ones. So one load says both whether and where.
   */
  private static final long SLAB_MARK = 0x80L << 56;

  private static final long BEHIND_MARK = 0x81L << 56;

  private final HostMemory host;
  private final long base;
  private int endPfn; // 0 once the host has the descriptors back: none is reached

  /** Reserves descriptors for frames {@code 0 .. endPfn - 1}. */
  public MemMap(int endPfn) {
    this.endPfn = endPfn;
    this.host = HostMemory.reserve("mem_map", (long) endPfn << DESCRIPTOR_SHIFT);
    this.base = host.base();
  }

  /**
   * Asks the host for huge pages behind descriptors that are touched from now on: for a machine all
   * of whose memory will be worked on.
   */
  public void preferHugePages() {
    host.preferHugePages();
  }

  /** One past the last frame. */
  public int endPfn() {
    return endPfn;
  }

  private long at(int pfn) {
    if (Integer.compareUnsigned(pfn, endPfn) >= 0) {
      throw outside(pfn);
    }
    return Host.address(base + ((long) pfn << DESCRIPTOR_SHIFT));
  }

  private RuntimeException outside(int pfn) {
    return endPfn == 0
        ? new IllegalStateException("the machine is closed")
        : new IndexOutOfBoundsException(
            "frame " + pfn + " is not below the machine's end, frame " + endPfn);
  }

  /** The {@link PageState} word. */
  public long state(int pfn) {
    return Host.getLong(at(pfn));
  }

  void state(int pfn, long state) {
    Host.putLong(at(pfn), state);
  }

  /** Changes the word from {@code expected} to {@code state}, or says that it is another by now. */
  boolean replaceState(int pfn, long expected, long state) {
    return Host.compareAndSetLong(at(pfn), expected, state);
  }

  /** The next frame on this frame's list, or {@link Pfn#NONE}. */
  public int next(int pfn) {
    return Host.getInt(at(pfn) + NEXT);
  }

  void next(int pfn, int next) {
    Host.putInt(at(pfn) + NEXT, next);
  }

  /** The frame before this one on its list, or {@link Pfn#NONE}. */
  public int prev(int pfn) {
    return Host.getInt(at(pfn) + PREV);
  }

  void prev(int pfn, int prev) {
    Host.putInt(at(pfn) + PREV, prev);
  }

  /** Both links of a frame, in one load: next in the lower half, prev in the upper one. */
  long links(int pfn) {
    return Host.getLong(at(pfn) + NEXT);
  }

  void links(int pfn, int next, int prev) {
    Host.putLong(at(pfn) + NEXT, (next & 0xFFFF_FFFFL) | ((long) prev << 32));
  }

  /**
   * The kernel address of the slab descriptor of a frame whose state says {@link PageState#SLAB}.
   */
  public long slab(int pfn) {
    return Host.getLong(at(pfn) + PRIVATE);
  }

  /** Where the host has the slab descriptor of a frame; 0 if the frame is no slab's. */
  public long slabHost(int pfn) {
    long links = links(pfn);
    return areOfSlab(links) ? Host.address(links) : 0;
  }

  /** The origin for {@link #linksAt} of page numbers that begin with {@code firstPage}. */
  public long origin(long firstPage) {
    return base - (firstPage << DESCRIPTOR_SHIFT);
  }

  /**
   * The links of a page that the caller knows to lie below {@link #endPfn}.
   *
   * @param origin from {@link #origin}
   * @param page as the origin counts them
   */
  public static long linksAt(long origin, long page) {
    return Host.getLong(Host.address(origin + (page << DESCRIPTOR_SHIFT)) + NEXT);
  }

  /**
   * Whether these links are of a slab's frame: then {@link Host#address} of them is where the host
   * has the slab's descriptor.
   */
  public static boolean areOfSlab(long links) {
    return links < BEHIND_MARK;
  }

  /**
   * Makes an allocated frame one of a slab: the flag, the address of the slab's descriptor, where
   * the host has it, the handle of its cache. The caller owns the frame's block.
   */
  public void enterSlab(int pfn, long slab, long slabHost, int cache) {
    long at = at(pfn);
    Host.putLong(at + NEXT, SLAB_MARK | slabHost);
    Host.putLong(at + PRIVATE, slab);
    Host.putInt(at + MAPPING, cache);
    Host.putLong(at, Host.getLong(at) | PageState.SLAB);
  }

  /** Takes back {@link #enterSlab}, so that the block can be freed. */
  public void leaveSlab(int pfn) {
    long at = at(pfn);
    Host.putLong(at, Host.getLong(at) & ~(long) PageState.SLAB);
    Host.putLong(at + NEXT, 0);
    Host.putLong(at + PRIVATE, 0);
    Host.putInt(at + MAPPING, 0);
  }

  /** The owner's handle: an address space, a slab cache; 0 for none. */
  public int mapping(int pfn) {
    return Host.getInt(at(pfn) + MAPPING);
  }

  /** Sets the owner's handle. */
  public void mapping(int pfn, int handle) {
    Host.putInt(at(pfn) + MAPPING, handle);
  }

  /** The owner's word: buffers of a cached page, a swap entry. */
  public int privateWord(int pfn) {
    return Host.getInt(at(pfn) + PRIVATE);
  }

  /** Sets the owner's word. */
  public void privateWord(int pfn, int value) {
    Host.putInt(at(pfn) + PRIVATE, value);
  }

  /** The frame's place in its file or in swap, in pages. */
  public int index(int pfn) {
    return Host.getInt(at(pfn) + INDEX);
  }

  /** Sets the frame's place in its file or in swap. */
  public void index(int pfn, int pages) {
    Host.putInt(at(pfn) + INDEX, pages);
  }

  /** How many page table entries map the frame. Linux stores one less. */
  public int mapcount(int pfn) {
    return Host.getInt(at(pfn) + MAPCOUNT);
  }

  /** Whether the frame has an owner or a mapping: both words in one load. */
  boolean isInUse(int pfn) {
    return Host.getLong(at(pfn) + MAPPING) != 0;
  }

  /** Sets how many page table entries map the frame. */
  public void mapcount(int pfn, int mappings) {
    Host.putInt(at(pfn) + MAPCOUNT, mappings);
  }

  /** Sets {@code flags} of {@link PageState} on a frame. The caller owns the frame. */
  public void setFlags(int pfn, int flags) {
    state(pfn, state(pfn) | flags);
  }

  /** Clears {@code flags} of {@link PageState} on a frame. The caller owns the frame. */
  public void clearFlags(int pfn, int flags) {
    state(pfn, state(pfn) & ~(long) flags);
  }

  /**
   * Adds to the number of page table entries that map a frame, which other address spaces map and
   * unmap meanwhile.
   *
   * @return the number then
   */
  public int addMapcount(int pfn, int change) {
    long at = at(pfn) + MAPCOUNT;
    int now;
    do {
      now = Host.getInt(at);
    } while (!Host.compareAndSetInt(at, now, now + change));
    return now + change;
  }

  /**
   * Makes a frame that the caller alone has one that a page table entry maps.
   *
   * @param flags of {@link PageState}, added
   */
  public void enterMapped(int pfn, int flags, int mapping, int index) {
    long at = at(pfn);
    Host.putLong(at, Host.getLong(at) | flags);
    Host.putLong(at + MAPPING, (mapping & 0xFFFF_FFFFL) | 1L << Integer.SIZE);
    Host.putInt(at + INDEX, index);
  }

  /** Makes a frame that one page table entry maps one that nobody maps, and that has no owner. */
  public void leaveMapped(int pfn) {
    Host.putLong(at(pfn) + MAPPING, 0);
  }

  /** Sets and clears flags of {@link PageState} on a frame that others hold too. */
  public void changeFlags(int pfn, int clear, int set) {
    long state;
    do {
      state = state(pfn);
    } while (!replaceState(pfn, state, (state & ~(clear & 0xFFFF_FFFFL)) | set));
  }

  /**
   * Adds a reference to an allocated frame and clears flags, at once: what fork does with a private
   * page.
   *
   * @return the state before
   */
  public long addReference(int pfn, int clear) {
    long at = at(pfn);
    while (true) {
      long state = Host.getLong(at);
      long kept = state & ~(clear & 0xFFFF_FFFFL);
      long more = PageState.withRefcount(kept, PageState.refcount(state) + 1);
      if (Host.compareAndSetLong(at, state, more)) {
        return state;
      }
    }
  }

  /**
   * Fork gives a frame of its own that is one address space's alone a second entry: {@code
   * folio_try_dup_anon_rmap_pte}. The caller holds that address space's lock; others may take and
   * drop references.
   *
   * @return false, and nothing was done, if the frame is not of that kind
   */
  public boolean tryShareAnon(int pfn) {
    long at = at(pfn);
    while (true) {
      long state = Host.getLong(at);
      if (!PageState.isSingleExclusive(state)) {
        return false;
      }
      long shared = (state & ~(long) PageState.ANON_EXCLUSIVE) + PageState.ONE_REFERENCE;
      if (Host.compareAndSetLong(at, state, shared)) {
        Host.putInt(at + MAPCOUNT, 2);
        return true;
      }
    }
  }

  /** Adds a reference to a frame that nobody but the caller can find yet. */
  public void addFirstReference(int pfn) {
    state(pfn, state(pfn) + PageState.ONE_REFERENCE);
  }

  /**
   * Adds a reference unless the frame has none any more: {@code folio_try_get}.
   *
   * @param clear flags that are cleared at once
   * @return whether it was added
   */
  public boolean tryReference(int pfn, int clear) {
    long state;
    do {
      state = state(pfn);
      if (!PageState.isAllocated(state)) {
        return false;
      }
    } while (!replaceState(
        pfn, state, (state & ~(clear & 0xFFFF_FFFFL)) + PageState.ONE_REFERENCE));
    return true;
  }

  /** Drops a reference that is not the last; false if it is: {@code folio_put}'s first half. */
  public boolean dropReference(int pfn) {
    long state;
    do {
      state = state(pfn);
      if (PageState.refcount(state) <= 1) {
        return false;
      }
    } while (!replaceState(pfn, state, state - PageState.ONE_REFERENCE));
    return true;
  }

  /**
   * Sets flags and drops a reference that is not the last, at once; the last one stays.
   *
   * @return the state before
   */
  public long dropReferenceAndSet(int pfn, int set) {
    long at = at(pfn);
    while (true) {
      long state = Host.getLong(at);
      long dropped = PageState.refcount(state) > 1 ? PageState.ONE_REFERENCE : 0;
      if (Host.compareAndSetLong(at, state, (state | set) - dropped)) {
        return state;
      }
    }
  }

  /**
   * Takes all references but one, if there are exactly so many, and clears flags: {@code
   * folio_ref_freeze}, where the one that stays is the caller's.
   *
   * @return whether that was so
   */
  public boolean takeReferences(int pfn, int references, int clear) {
    long state = state(pfn);
    long mine = PageState.withRefcount(state & ~(clear & 0xFFFF_FFFFL), 1);
    return PageState.refcount(state) == references && replaceState(pfn, state, mine);
  }

  /**
   * Makes a frame that the caller alone has the page that another frame was, whose only reference
   * is the caller's too and which is nobody's page afterwards: {@code folio_migrate_flags}.
   *
   * @param references of the page from now on
   */
  public void migrate(int from, int to, int references) {
    long flags = PageState.flags(state(from)) & ~(PageState.LOCKED | PageState.LRU);
    mapping(to, mapping(from));
    mapcount(to, mapcount(from));
    privateWord(to, privateWord(from));
    index(to, index(from));
    state(to, PageState.withRefcount(PageState.allocated(0, (int) flags), references));
    mapping(from, 0);
    mapcount(from, 0);
    privateWord(from, 0);
    index(from, 0);
    state(from, PageState.allocated(0, 0));
  }

  /** Makes a number of references another one, if there are exactly so many; were there? */
  public boolean replaceReferences(int pfn, int references, int after) {
    long state = state(pfn);
    return PageState.refcount(state) == references
        && replaceState(pfn, state, PageState.withRefcount(state, after));
  }

  /** Sets a flag that is clear, or says that it is set: {@code folio_trylock} with LOCKED. */
  public boolean testAndSet(int pfn, int flag) {
    long state;
    do {
      state = state(pfn);
      if ((state & flag) != 0) {
        return false;
      }
    } while (!replaceState(pfn, state, state | flag));
    return true;
  }

  /**
   * The head of the block that holds a frame: the frame itself, or the nearest aligned frame below
   * it whose block reaches it, or {@link Pfn#NONE}. Linux stores the head in each tail page; here
   * tails stay untouched and at most {@code maxOrder} heads are looked at.
   */
  public int headOf(int pfn, int maxOrder) {
    for (int order = 0; order <= maxOrder; order++) {
      int head = pfn & -(1 << order);
      if (PageState.order(state(head)) >= order) {
        return head;
      }
    }
    return Pfn.NONE;
  }

  @Override
  public void close() {
    endPfn = 0;
    host.close();
  }
}
