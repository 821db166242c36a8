package dev.quarry.physical;

import dev.quarry.machine.SpinLock;

/**
 * What the descriptors of a mapped compound block say of it as a whole: {@code struct folio} beyond
 * its first page (include/linux/mm_types.h, 6.18). Linux keeps these numbers in the second and
 * third {@code struct page}; here they are in words of the first tails that such a frame does not
 * use.
 *
 * <pre>
 *            state                    mapcount             private            index
 *   head     flags, order, references small entries of it  -                  place of the block
 *   tail 1   flags of this frame      small entries of it  entries of all     large entries
 *   tail 2   flags of this frame      small entries of it  frames that small  1: to be split
 *   tail 3   ...                                           an owner           its entries
 *   tail 4   ...                                           another owner      its entries
 * </pre>
 *
 * <p>Equations: entries of all == large entries + sum of mapcounts; references == entries of all +
 * other holders. A tail has flags while a small entry shows it: what page faults ask of a frame is
 * in its own descriptor then, as for a frame that is no part of a block.
 *
 * <p>{@link #lock} guards the numbers of all blocks. It is taken with the locks of address spaces
 * held; below it only those of statistics are taken.
 */
public final class LargeFolios {
  /** No owner has this number. */
  public static final int NO_OWNER = 0;

  private static final int FIRST_OWNER = 3;
  private static final int OWNERS = 2;

  /** What a frame of a block has of the block's flags while a small entry shows it. */
  private static final int OF_FRAME =
      PageState.ANON | PageState.SWAPBACKED | PageState.UPTODATE | PageState.DIRTY;

  private final MemMap map;
  private final int maxOrder;

  /** Guards the numbers of all blocks. */
  public final SpinLock lock = new SpinLock("large folios");

  LargeFolios(MemMap map, int maxOrder) {
    this.map = map;
    this.maxOrder = maxOrder;
  }

  /** Whether a frame that somebody maps is part of a compound block, by its state. */
  public static boolean isPart(long state) {
    return PageState.order(state) != 0;
  }

  /** The head of the block that holds a frame. */
  public int head(int pfn) {
    return map.headOf(pfn, maxOrder);
  }

  /**
   * The frame whose descriptor has a frame's owner and references: its block's head, or its own.
   */
  public int holder(int pfn) {
    return isPart(map.state(pfn)) ? head(pfn) : pfn;
  }

  /** Makes a fresh block one that nothing maps yet. */
  public void init(int head, int flags, int mapping, int index) {
    for (int tail = 1; tail < FIRST_OWNER + OWNERS; tail++) {
      map.privateWord(head + tail, 0);
      map.index(head + tail, 0);
    }
    map.setFlags(head, flags);
    map.mapping(head, mapping);
    map.index(head, index);
  }

  /** Entries that show any frame of a block, a large one counted once: {@code _large_mapcount}. */
  public int mapcount(int head) {
    return map.privateWord(head + 1);
  }

  /** Large entries that show a block: {@code _entire_mapcount}. */
  public int entireMapcount(int head) {
    return map.index(head + 1);
  }

  /** Frames that small entries show: {@code _nr_pages_mapped}. */
  public int framesMapped(int head) {
    return map.privateWord(head + 2);
  }

  /** Whether the block waits to be split: {@code PG_partially_mapped}. */
  public boolean isDeferred(int head) {
    return map.index(head + 2) != 0;
  }

  /** Marks a block that waits to be split, or does no longer. */
  public void deferred(int head, boolean waits) {
    map.index(head + 2, waits ? 1 : 0);
  }

  /** How often a frame is mapped, by entries of either size: folio_precise_page_mapcount. */
  public int mapcountOf(int pfn) {
    int own = map.mapcount(pfn);
    if (PageState.order(map.state(pfn)) == 0) {
      return own;
    }
    int head = head(pfn);
    boolean large = head != Pfn.NONE && isMappedBlock(head);
    return large ? own + entireMapcount(head) : own;
  }

  /** Whether a head's tails hold the numbers of a block. */
  public boolean isMappedBlock(int head) {
    int flags = PageState.flags(map.state(head));
    return (flags & (PageState.THP | PageState.ZERO_PAGE)) == PageState.THP
        && (flags & PageState.ANON) != 0;
  }

  /** Large entries came, or went; returns how many there are. */
  public int addEntire(int head, int change, int owner) {
    int now = entireMapcount(head) + change;
    map.index(head + 1, now);
    addEntries(head, change, owner);
    return now;
  }

  /**
   * Small entries that show a frame came, or went. The frame gets its block's flags with the first
   * and loses them with the last.
   *
   * @return how many show the frame
   */
  public int addSmall(int head, int pfn, int change, int owner) {
    addEntries(head, change, owner);
    return addToFrame(head, pfn, change, false);
  }

  private int addToFrame(int head, int pfn, int change, boolean exclusive) {
    int now = map.mapcount(pfn) + change;
    map.mapcount(pfn, now);
    if (change > 0 && now == change) {
      addFrames(head, 1);
      int flags = PageState.flags(map.state(head)) & OF_FRAME;
      map.changeFlags(pfn, 0, exclusive ? flags | PageState.ANON_EXCLUSIVE : flags);
    } else if (now == 0) {
      addFrames(head, -1);
      map.changeFlags(pfn, pfn == head ? PageState.ANON_EXCLUSIVE : frameFlags(), 0);
    }
    return now;
  }

  private static int frameFlags() {
    return OF_FRAME | PageState.ANON_EXCLUSIVE;
  }

  private void addFrames(int head, int change) {
    map.privateWord(head + 2, framesMapped(head) + change);
  }

  /**
   * A large entry becomes small ones, one for each frame.
   *
   * @return how many large entries are left
   */
  public int entireToSmall(int head, int frames, int owner) {
    boolean exclusive = (PageState.flags(map.state(head)) & PageState.ANON_EXCLUSIVE) != 0;
    int left = addEntire(head, -1, owner);
    addEntries(head, frames, owner);
    for (int pfn = head; pfn < head + frames; pfn++) {
      addToFrame(head, pfn, 1, exclusive);
    }
    return left;
  }

  /** Counts for an owner too, if it is one of the two that are known: {@code mm_id_mapcount}. */
  private void addEntries(int head, int change, int owner) {
    map.privateWord(head + 1, mapcount(head) + change);
    int free = 0;
    for (int tail = head + FIRST_OWNER; tail < head + FIRST_OWNER + OWNERS; tail++) {
      if (map.privateWord(tail) == owner) {
        int now = map.index(tail) + change;
        map.index(tail, now);
        if (now == 0) {
          map.privateWord(tail, NO_OWNER);
        }
        return;
      }
      free = map.privateWord(tail) == NO_OWNER ? tail : free;
    }
    if (change > 0 && free != 0) {
      map.privateWord(free, owner);
      map.index(free, change);
    }
  }

  /** Whether all entries are one owner's; false also where that is not known. */
  public boolean isMappedByOnly(int head, int owner) {
    return entriesOf(head, owner) == mapcount(head);
  }

  /** How many entries are known to be an owner's. */
  public int entriesOf(int head, int owner) {
    for (int tail = head + FIRST_OWNER; tail < head + FIRST_OWNER + OWNERS; tail++) {
      if (map.privateWord(tail) == owner) {
        return map.index(tail);
      }
    }
    return 0;
  }

  /** {@code folio_ref_add}: more references of who has one. */
  public void addReferences(int head, int count) {
    long state;
    do {
      state = map.state(head);
    } while (!map.replaceState(
        head, state, PageState.withRefcount(state, PageState.refcount(state) + count)));
  }

  /**
   * Makes each frame of a block that only small entries show a block of its own, with a reference
   * for each of its entries, and one for a frame that nobody maps, which is the caller's to free:
   * {@code __folio_split}.
   *
   * @return whether that was done; false: somebody else holds the block
   */
  public boolean split(int head, int order) {
    long state = map.state(head);
    if (entireMapcount(head) != 0 || PageState.refcount(state) != mapcount(head)) {
      return false;
    }
    int frames = 1 << order;
    int mapping = map.mapping(head);
    int index = map.index(head);
    int kept = ~(PageState.HEAD | PageState.THP | PageState.PFMEMALLOC);
    if (!map.replaceState(head, state, single(head, (int) state & kept))) {
      return false;
    }
    for (int i = 0; i < frames; i++) {
      int pfn = head + i;
      map.state(pfn, single(pfn, PageState.flags(map.state(pfn))));
      map.mapping(pfn, map.mapcount(pfn) == 0 ? 0 : mapping);
      map.index(pfn, index + i);
      map.privateWord(pfn, 0);
    }
    return true;
  }

  /** The state of a frame that has become a block; what nobody maps has no flags. */
  private long single(int pfn, int flags) {
    int entries = map.mapcount(pfn);
    int kept = entries == 0 ? 0 : flags & (1 << 27) - 1;
    return PageState.withRefcount(PageState.allocated(0, kept), Math.max(1, entries));
  }
}
