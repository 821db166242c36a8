package dev.quarry.physical;

/**
 * The first word of a page descriptor, {@code struct page}'s flags, order and reference count, in
 * one long so that a state is tested or set in one access:
 *
 * <pre>
 *   63                       32 31     27 26                              0
 *  +---------------------------+---------+---------------------------------+
 *  | _refcount                 | order+1 | PG_* flags, numbered as KPF_*   |
 *  +---------------------------+---------+---------------------------------+
 *                                   |
 *                                   0: the frame heads no block
 * </pre>
 *
 * <p>The flags have the numbers of {@code include/uapi/linux/kernel-page-flags.h} (6.18), so that
 * {@code /proc/kpageflags} is a mask of this word. Four numbers that the kernel computes when asked
 * (ERROR, MMAP, COMPOUND_TAIL, NOPAGE) are free and serve for marks of our own.
 *
 * <p>All zero: never touched. What such a frame is (free in an untouched block, reserved, a hole,
 * the inside of a block, or held since before boot) follows from its neighbours and its zone; see
 * {@link FrameKind}.
 */
public final class PageState {
  public static final int LOCKED = 1;
  public static final int REFERENCED = 1 << 2;
  public static final int UPTODATE = 1 << 3;
  public static final int DIRTY = 1 << 4;
  public static final int LRU = 1 << 5;
  public static final int ACTIVE = 1 << 6;
  public static final int SLAB = 1 << 7;
  public static final int WRITEBACK = 1 << 8;
  public static final int RECLAIM = 1 << 9;
  public static final int BUDDY = 1 << 10;
  public static final int ANON = 1 << 12;
  public static final int SWAPCACHE = 1 << 13;
  public static final int SWAPBACKED = 1 << 14;
  public static final int HEAD = 1 << 15;
  public static final int HUGE = 1 << 17;
  public static final int UNEVICTABLE = 1 << 18;
  public static final int HWPOISON = 1 << 19;
  public static final int KSM = 1 << 21;
  public static final int THP = 1 << 22;
  public static final int OFFLINE = 1 << 23;
  public static final int ZERO_PAGE = 1 << 24;
  public static final int IDLE = 1 << 25;
  public static final int PGTABLE = 1 << 26;

  /** Ours, in the place of KPF_ERROR: the frame heads a block on a per-CPU list. */
  public static final int PCP = 1 << 1;

  /** Ours, in the place of KPF_MMAP: allocated below all watermarks (page_is_pfmemalloc). */
  public static final int PFMEMALLOC = 1 << 11;

  /** Ours, in the place of KPF_COMPOUND_TAIL: taken off the free lists by compaction. */
  public static final int ISOLATED = 1 << 16;

  /**
   * Ours, in the place of KPF_NOPAGE: a private page that one address space alone has
   * (PG_anon_exclusive), so that it may be written without being copied.
   */
  public static final int ANON_EXCLUSIVE = 1 << 20;

  /**
   * On frames of LRU lists, where nobody asks for {@link #PFMEMALLOC}: was active before it became
   * inactive (PG_workingset).
   */
  public static final int WORKINGSET = PFMEMALLOC;

  /** The flags that are bits of {@code /proc/kpageflags} as they stand. */
  public static final int KPF_MASK =
      ~(PCP | PFMEMALLOC | ISOLATED | ANON_EXCLUSIVE) & ((1 << 27) - 1);

  /** Never touched. */
  public static final long UNTOUCHED = 0;

  /**
   * Flags that no frame may carry when it is freed: PAGE_FLAGS_CHECK_AT_FREE
   * (include/linux/page-flags.h, 6.18), and the marks of a block that is free already.
   */
  static final int CHECK_AT_FREE =
      LOCKED | LRU | ACTIVE | SLAB | WRITEBACK | BUDDY | UNEVICTABLE | PGTABLE | PCP | ISOLATED;

  private static final int ORDER_SHIFT = 27;
  private static final long ORDER_MASK = 0x1FL << ORDER_SHIFT;
  private static final int FLAGS_MASK = (1 << ORDER_SHIFT) - 1;
  private static final int REFCOUNT_SHIFT = 32;

  static final long ONE_REFERENCE = 1L << REFCOUNT_SHIFT;

  private PageState() {}

  /** The head of a free block of {@code order} in the buddy system. */
  static long buddy(int order) {
    return BUDDY | orderBits(order);
  }

  /** The head of a block of {@code order} on a per-CPU list. */
  static long pcp(int order) {
    return PCP | orderBits(order);
  }

  /** The head of a block of {@code order} that compaction holds. */
  static long isolated(int order) {
    return ISOLATED | orderBits(order);
  }

  /** The head of a block of {@code order} that somebody holds once. */
  static long allocated(int order, int flags) {
    return flags | orderBits(order) | 1L << REFCOUNT_SHIFT;
  }

  private static long orderBits(int order) {
    return (order + 1L) << ORDER_SHIFT;
  }

  /** Whether the frame heads a block. */
  public static boolean isHead(long state) {
    return (state & ORDER_MASK) != 0;
  }

  /** The order of the block that the frame heads, or -1 if it heads none. */
  public static int order(long state) {
    return (int) ((state & ORDER_MASK) >>> ORDER_SHIFT) - 1;
  }

  /** Whether it is of a frame for itself with a private page that one address space alone has. */
  static boolean isSingleExclusive(long state) {
    return (state & (ORDER_MASK | ANON_EXCLUSIVE)) == (orderBits(0) | ANON_EXCLUSIVE);
  }

  /** The flags. */
  public static int flags(long state) {
    return (int) state & FLAGS_MASK;
  }

  /** The reference count. */
  public static int refcount(long state) {
    return (int) (state >>> REFCOUNT_SHIFT);
  }

  static long withRefcount(long state, int refcount) {
    return (state & 0xFFFF_FFFFL) | ((long) refcount << REFCOUNT_SHIFT);
  }

  /** Whether the frame heads a free block in the buddy system. */
  public static boolean isBuddy(long state) {
    return (state & BUDDY) != 0;
  }

  /** Whether the frame heads a block on a per-CPU list. */
  public static boolean isPcp(long state) {
    return (state & PCP) != 0;
  }

  /** Whether the frame heads a block that somebody holds. */
  public static boolean isAllocated(long state) {
    return refcount(state) > 0;
  }
}
