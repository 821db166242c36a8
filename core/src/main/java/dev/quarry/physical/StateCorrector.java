package dev.quarry.physical;

/**
 * Puts a machine that follows a real kernel back on its track: takes the frame that the kernel
 * handed out from wherever it lies free here, and returns one that the kernel did not hand out.
 * What {@code take_page_off_buddy} and {@code break_down_buddy_pages} (mm/page_alloc.c, 6.18) do
 * for a frame that went bad, for per-CPU lists too.
 *
 * <p>Frames that are taken without an owner count as held since boot; one thread drives the
 * machine.
 */
public final class StateCorrector {
  /** What {@link #placeOnList} returns for a block that is not on the list. */
  public static final int NOT_ON_LIST = -1;

  private final PhysicalMemory memory;
  private final MemMap map;
  private final Pageblocks pageblocks;

  /** A corrector of a machine whose unknown frames are held since boot. */
  public StateCorrector(PhysicalMemory memory) {
    this.memory = memory;
    this.map = memory.map();
    this.pageblocks = memory.pageblocks();
  }

  /** How many blocks stand before {@code pfn} on a CPU's list, or {@link #NOT_ON_LIST}. */
  public int placeOnList(Zone zone, int cpu, int order, int migrateType, int pfn) {
    if (map.state(pfn) != PageState.pcp(order)) {
      return NOT_ON_LIST;
    }
    return list(zone, cpu, order, migrateType).placeOf(pfn);
  }

  private static PcpList list(Zone zone, int cpu, int order, int migrateType) {
    return zone.pcp(cpu).list(order, migrateType);
  }

  /** How many blocks a CPU's list has. */
  public int blocksOnList(Zone zone, int cpu, int order, int migrateType) {
    return list(zone, cpu, order, migrateType).count();
  }

  /** Takes the first {@code blocks} of a CPU's list: somebody unseen holds them now. */
  public void takeHeads(Zone zone, int cpu, int order, int migrateType, int blocks) {
    PcpList list = list(zone, cpu, order, migrateType);
    for (int i = 0; i < blocks; i++) {
      map.state(list.removeFirst(), PageState.UNTOUCHED);
    }
    zone.pcp(cpu).count -= blocks << order;
  }

  /** Moves the first {@code blocks} of a CPU's list behind its last one. */
  public void rotateHeads(Zone zone, int cpu, int order, int migrateType, int blocks) {
    PcpList list = list(zone, cpu, order, migrateType);
    for (int i = 0; i < blocks; i++) {
      list.addTail(list.removeFirst());
    }
  }

  /** Returns an allocated block to the place that it came from: the head of its list. */
  public void putBack(int cpu, int pfn, int order, int migrateType) {
    Zone zone = memory.zone(pageblocks.zone(pfn));
    PerCpuPages pcp = zone.pcp(cpu);
    if (order <= memory.pcpMaxOrder() || order == memory.pcpHugeOrder()) {
      map.state(pfn, PageState.pcp(order));
      list(zone, cpu, order, migrateType).addHead(pfn);
      pcp.count += 1 << order;
    } else {
      map.state(pfn, PageState.UNTOUCHED);
      zone.buddy.free(pfn, order, pageblocks.type(pfn), false);
    }
  }

  /**
   * Whether a request for a block would find {@code pfn} if it went to the zone's lists now: that
   * the kernel went there although this machine's per-CPU list is not empty.
   */
  public boolean isNextOfZone(Zone zone, int pfn, int order, int migrateType) {
    int orders = zone.nonEmptyOrders[migrateType] >>> order;
    if (orders == 0) {
      return false;
    }
    int from = order + Integer.numberOfTrailingZeros(orders);
    return zone.areas[from].list(migrateType).first() == pfn;
  }

  /**
   * Takes a block from wherever its frames lie free, per-CPU lists or the zone's; frames that are
   * held already stay so. Afterwards the whole block is held and heads nothing.
   */
  public void seize(int pfn, int order) {
    int end = pfn + (1 << order);
    for (int at = pfn; at < end; ) {
      at = seizeAt(at, end);
    }
  }

  /** Takes the part of {@code [pfn, end)} that lies in the block around pfn; returns its end. */
  private int seizeAt(int pfn, int end) {
    int head = map.headOf(pfn, memory.spec().maxOrder());
    if (head == Pfn.NONE) {
      return pfn + 1;
    }
    long state = map.state(head);
    int order = PageState.order(state);
    int blockEnd = head + (1 << order);
    if (PageState.isBuddy(state)) {
      breakDown(head, order, pfn, Math.min(end, blockEnd));
    } else if (PageState.isPcp(state)) {
      unlinkPcp(head, order);
      freeOutside(head, blockEnd, pfn, Math.min(end, blockEnd));
    } else {
      map.state(head, PageState.UNTOUCHED);
    }
    return Math.min(end, blockEnd);
  }

  /** Keeps {@code [from, to)} out of a free block and links the rest again. */
  private void breakDown(int head, int order, int from, int to) {
    Zone zone = memory.zone(pageblocks.zone(head));
    int type = pageblocks.type(head);
    zone.buddy.unlink(head, order, type);
    zone.buddy.account(-(1L << order), type);
    freeOutside(head, head + (1 << order), from, to);
  }

  private void freeOutside(int start, int end, int from, int to) {
    freeRange(start, from);
    freeRange(to, end);
  }

  /** Links the largest aligned blocks of a range, without joining them with others. */
  private void freeRange(int start, int end) {
    for (int pfn = start; pfn < end; ) {
      int order = Math.min(Integer.numberOfTrailingZeros(pfn), memory.spec().maxOrder());
      while (pfn + (1 << order) > end) {
        order--;
      }
      int type = pageblocks.type(pfn);
      Zone zone = memory.zone(pageblocks.zone(pfn));
      zone.buddy.linkHead(pfn, order, type);
      zone.buddy.account(1L << order, type);
      pfn += 1 << order;
    }
  }

  /** Takes a block off the per-CPU list that it is on, which its first block tells. */
  private void unlinkPcp(int head, int order) {
    Zone zone = memory.zone(pageblocks.zone(head));
    for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
      PerCpuPages pcp = zone.pcp(cpu);
      for (int index = 0; index < pcp.lists(); index++) {
        int place = pcp.listOrder(index) == order ? pcp.list(index).placeOf(head) : NOT_ON_LIST;
        if (place != NOT_ON_LIST) {
          pcp.list(index).remove(place);
          pcp.count -= 1 << order;
          map.state(head, PageState.UNTOUCHED);
          return;
        }
      }
    }
    throw new IllegalStateException("frame " + head + " is on no per-CPU list");
  }

  /** Makes a held block somebody's, as an allocation does. */
  public void hand(int pfn, int order, boolean compound) {
    map.state(pfn, PageState.allocated(order, compound && order > 0 ? PageState.HEAD : 0));
  }

  /** Makes an allocated block one that somebody unseen holds. */
  public void forget(int pfn) {
    map.state(pfn, PageState.UNTOUCHED);
  }

  /** Whether nobody known holds a frame, and it is not free: it heads no block and lies in none. */
  public boolean isHeldUnseen(int pfn) {
    return memory.kindOf(pfn) == FrameKind.HELD_SINCE_BOOT;
  }

  /** Whether a frame lies in a free block, of the zone or of a per-CPU list. */
  public boolean isFree(int pfn) {
    FrameKind kind = memory.kindOf(pfn);
    return kind == FrameKind.FREE || kind == FrameKind.PER_CPU;
  }
}
