package dev.quarry.physical;

/**
 * The buddy system of one zone: blocks of {@code 1 << order} frames, aligned to their size, on a
 * list for each order and migrate type. A request halves a larger block until it fits; a freed
 * block joins its buddy (the block whose number differs in one bit) as long as that is free too.
 *
 * <pre>
 *   order 3   [        0        ]          allocate order 0:
 *   order 2   [    0   ][   4   ]            8 → 4 + 4 → 2 + 2 → 1 + 1
 *   order 1   [ 0 ][ 2 ]                     the lower half is split on,
 *   order 0   [0][1]                         the upper half goes to its list
 * </pre>
 *
 * <p>All methods need the zone's lock. Rules of mm/page_alloc.c (6.18): {@code __free_one_page},
 * {@code __rmqueue_smallest}, {@code expand}, {@code __move_freepages_block}.
 */
final class Buddy {
  private final Zone zone;
  private final MemMap map;
  private final Pageblocks pageblocks;
  private final int maxOrder;
  private final int pageblockOrder;

  Buddy(PhysicalMemory memory, Zone zone) {
    this.zone = zone;
    this.map = memory.map();
    this.pageblocks = memory.pageblocks();
    this.maxOrder = memory.spec().maxOrder();
    this.pageblockOrder = pageblocks.order();
  }

  /**
   * Frees a block whose frames are on no list, joining buddies: {@code __free_one_page}.
   *
   * @param migrateType of its pageblock
   * @param toTail put it at the tail whatever the rule of {@link #mergeLikely} says
   */
  void free(int blockPfn, int blockOrder, int migrateType, boolean toTail) {
    int pfn = blockPfn;
    int order = blockOrder;
    account(1L << order, migrateType);
    Capture capture = zone.compaction().capture;
    while (order < maxOrder) {
      if (capture != null && capture.take(pfn, order, migrateType)) {
        account(-(1L << order), migrateType);
        return;
      }
      int buddy = pfn ^ (1 << order);
      if (!isFreeBlock(buddy, order)) {
        break;
      }
      int buddyType = migrateType;
      if (order >= pageblockOrder) {
        buddyType = pageblocks.type(buddy);
        if (buddyType != migrateType && !mergeable(migrateType, buddyType)) {
          break;
        }
      }
      unlink(buddy, order, buddyType);
      if (buddyType != migrateType) {
        // An expand() of the joined block later puts all halves on one type's lists.
        pageblocks.typeRange(buddy, order, migrateType);
      }
      pfn &= buddy;
      order++;
      zone.events.merges++;
    }
    if (toTail || mergeLikely(pfn, order)) {
      linkTail(pfn, order, migrateType);
    } else {
      linkHead(pfn, order, migrateType);
    }
  }

  private static boolean mergeable(int type, int otherType) {
    return type < MigrateType.PCPTYPES && otherType < MigrateType.PCPTYPES;
  }

  /**
   * Whether the block that this one would be half of has a free buddy: then more frees are likely
   * to join them, and the block goes to the tail, to be handed out late ({@code
   * buddy_merge_likely}).
   */
  private boolean mergeLikely(int pfn, int order) {
    if (order >= maxOrder - 1) {
      return false;
    }
    int joined = pfn & ~(1 << order);
    return isFreeBlock(joined ^ (1 << (order + 1)), order + 1);
  }

  /** Whether a frame heads a free block of exactly this order in this zone. */
  private boolean isFreeBlock(int pfn, int order) {
    return map.state(pfn) == PageState.buddy(order)
        && (order < pageblockOrder || pageblocks.zone(pfn) == zone.number());
  }

  /**
   * Takes the smallest block that fits from one type's lists: {@code __rmqueue_smallest}.
   *
   * @return its frame, or {@link Pfn#NONE}
   */
  int takeSmallest(int order, int migrateType) {
    int orders = zone.nonEmptyOrders[migrateType] >>> order;
    if (orders == 0) {
      return Pfn.NONE;
    }
    int from = order + Integer.numberOfTrailingZeros(orders);
    int pfn = takeFirst(from, migrateType);
    long kept = expand(pfn, order, from, migrateType);
    account(kept - (1L << from), migrateType);
    zone.events.takenPages += 1L << order;
    return pfn;
  }

  /** Takes the first block of a list that is not empty, without accounting for it. */
  int takeFirst(int order, int migrateType) {
    FreeList list = zone.areas[order].list(migrateType);
    int pfn;
    if (list.count() > 0) {
      pfn = list.removeFirst();
      map.state(pfn, PageState.UNTOUCHED);
    } else {
      pfn = zone.untouched.takeFirst();
    }
    removed(order, migrateType);
    return pfn;
  }

  /**
   * Halves a block until its lower part has {@code low}; the upper halves go to the heads of their
   * lists.
   *
   * @return how many frames went back
   */
  long expand(int pfn, int low, int high, int migrateType) {
    long added = 0;
    for (int order = high - 1; order >= low; order--) {
      linkHead(pfn + (1 << order), order, migrateType);
      added += 1L << order;
    }
    zone.events.splits += high - low;
    return added;
  }

  /** Puts a block at the head of its list. */
  void linkHead(int pfn, int order, int migrateType) {
    map.state(pfn, PageState.buddy(order));
    zone.areas[order].list(migrateType).addHead(pfn);
    added(order, migrateType);
  }

  /** Puts a block at the tail of its list. */
  void linkTail(int pfn, int order, int migrateType) {
    map.state(pfn, PageState.buddy(order));
    zone.areas[order].list(migrateType).addTail(pfn);
    added(order, migrateType);
  }

  private void added(int order, int migrateType) {
    zone.areas[order].changeCount(1);
    zone.nonEmptyOrders[migrateType] |= 1 << order;
    if (migrateType < MigrateType.PCPTYPES) {
      zone.blockOrders |= 1 << order;
    }
    if (order >= pageblockOrder && migrateType != MigrateType.ISOLATE) {
      zone.freePagesInBlocks += 1L << order;
    }
  }

  /** Takes a linked block off its list, without accounting for it. */
  void unlink(int pfn, int order, int migrateType) {
    zone.areas[order].list(migrateType).remove(pfn);
    map.state(pfn, PageState.UNTOUCHED);
    removed(order, migrateType);
  }

  private void removed(int order, int migrateType) {
    zone.areas[order].changeCount(-1);
    if (zone.freeBlocks(order, migrateType) == 0) {
      zone.nonEmptyOrders[migrateType] &= ~(1 << order);
      zone.updateBlockOrders();
    }
    if (order >= pageblockOrder && migrateType != MigrateType.ISOLATE) {
      zone.freePagesInBlocks -= 1L << order;
    }
  }

  /** Counts pages that became free, or fewer of them: {@code account_freepages}. */
  void account(long pages, int migrateType) {
    if (migrateType == MigrateType.ISOLATE) {
      return;
    }
    zone.freePages += pages;
    if (migrateType == MigrateType.CMA) {
      zone.freeCma += pages;
      zone.updatePlenty();
    } else if (migrateType == MigrateType.HIGHATOMIC) {
      zone.freeHighatomic += pages;
    }
  }

  /** Adds blocks of the largest order that nobody touched; they stay a range. */
  void addUntouched(int startPfn, int endPfn) {
    int blocks = (endPfn - startPfn) >> maxOrder;
    zone.untouched.append(startPfn, endPfn);
    zone.areas[maxOrder].changeCount(blocks);
    zone.nonEmptyOrders[MigrateType.MOVABLE] |= 1 << maxOrder;
    zone.updateBlockOrders();
    zone.freePagesInBlocks += (long) blocks << maxOrder;
    account((long) blocks << maxOrder, MigrateType.MOVABLE);
  }

  /** Whether a pageblock lies whole inside the zone, so that its free blocks may be moved. */
  boolean canMovePageblock(int pfn) {
    int start = pfn & -pageblocks.pages();
    return zone.spans(start) && zone.spans(start + pageblocks.pages() - 1);
  }

  /**
   * Moves the free blocks of a pageblock to another type's lists, at their tails, and gives the
   * pageblock that type ({@code move_freepages_block}). The pageblock must not be part of a larger
   * free block.
   */
  void movePageblock(int pfn, int oldType, int newType) {
    int start = pfn & -pageblocks.pages();
    int end = start + pageblocks.pages();
    for (int at = start; at < end; ) {
      long state = map.state(at);
      if (!PageState.isBuddy(state)) {
        at++;
        continue;
      }
      int order = PageState.order(state);
      moveToList(at, order, oldType, newType);
      at += 1 << order;
    }
    pageblocks.type(start, newType);
  }

  /** Moves one free block to the tail of another type's list: {@code move_to_free_list}. */
  void moveToList(int pfn, int order, int oldType, int newType) {
    unlink(pfn, order, oldType);
    linkTail(pfn, order, newType);
    account(-(1L << order), oldType);
    account(1L << order, newType);
  }
}
