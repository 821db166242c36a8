package dev.quarry.physical;

/**
 * What the background reclaimer of a node asks the floor of its zones: {@code pgdat_balanced},
 * {@code pgdat_watermark_boosted}, ZONE_RECLAIM_ACTIVE (mm/vmscan.c, 6.18).
 */
public final class NodeBalance {
  private final PhysicalMemory memory;

  /** Of a machine's nodes. */
  public NodeBalance(PhysicalMemory memory) {
    this.memory = memory;
  }

  /**
   * Whether a zone up to an index would serve an order at its high mark; with {@code defrag_mode}
   * the free pages of whole pageblocks must be above it.
   */
  public boolean isBalanced(Node node, int order, int highestZone) {
    boolean any = false;
    for (int index = 0; index <= highestZone; index++) {
      Zone zone = node.zone(index);
      if (zone.managed() > 0) {
        any = true;
        boolean whole = order > 0 && memory.fragmentation().defragMode();
        long free = whole ? zone.stat(ZoneStat.NR_FREE_PAGES_BLOCKS) : zone.freePages();
        long mark = zone.mark(Zone.HIGH);
        if (memory.watermark().okWith(free, zone, order, mark, highestZone, 0)) {
          return true;
        }
      }
    }
    return !any;
  }

  /** Free pages of a node. */
  public long freePages(Node node) {
    long pages = 0;
    for (Zone zone : node.zones()) {
      pages += zone.freePages();
    }
    return pages;
  }

  /** The high marks of a node's zones together. */
  public long highMarks(Node node) {
    long pages = 0;
    for (Zone zone : node.zones()) {
      pages += zone.managed() > 0 ? zone.mark(Zone.HIGH) : 0;
    }
    return pages;
  }

  /** Marks of a node's zones are raised by so many pages, together. */
  public long boost(Node node, int highestZone) {
    long pages = 0;
    for (int index = 0; index <= highestZone; index++) {
      pages += node.zone(index).watermarkBoost;
    }
    return pages;
  }

  /** The marks of a node's zones are raised no more. */
  public void dropBoost(Node node, int highestZone) {
    for (int index = 0; index <= highestZone; index++) {
      Zone zone = node.zone(index);
      zone.lock.lock();
      zone.watermarkBoost = 0;
      zone.updatePlenty();
      zone.lock.unlock();
    }
  }

  /** Says whether reclaim works on a node's zones: their per-CPU lists are kept short meanwhile. */
  public void reclaimActive(Node node, int highestZone, boolean active) {
    for (int index = 0; index <= highestZone; index++) {
      node.zone(index).reclaimActive = active;
    }
  }
}
