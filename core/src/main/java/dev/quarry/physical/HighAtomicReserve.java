package dev.quarry.physical;

/**
 * Pageblocks kept for requests of order above 0 that cannot wait: MIGRATE_HIGHATOMIC. The pageblock
 * around a block that such a request got is reserved, up to about 1 % of the zone; under pressure
 * reserved pageblocks are given back. Rules of mm/page_alloc.c (6.18): {@code
 * reserve_highatomic_pageblock}, {@code unreserve_highatomic_pageblock}.
 */
final class HighAtomicReserve {
  private final AllocRules rules;
  private final Pageblocks pageblocks;
  private final int maxOrder;

  HighAtomicReserve(PhysicalMemory memory) {
    this.rules = memory.rules();
    this.pageblocks = memory.pageblocks();
    this.maxOrder = memory.spec().maxOrder();
  }

  /** Reserves the pageblock of a block that a high-order atomic request just got. */
  void reserve(Zone zone, int pfn, int order) {
    long most = most(zone);
    zone.lock.lock();
    try {
      int type = pageblocks.type(pfn);
      if (zone.reservedHighatomic >= most || type >= MigrateType.PCPTYPES) {
        return;
      }
      if (order >= pageblocks.order()) {
        pageblocks.typeRange(pfn, order, MigrateType.HIGHATOMIC);
        zone.reservedHighatomic += 1L << order;
        zone.updatePlenty();
      } else if (zone.buddy.canMovePageblock(pfn)) {
        zone.buddy.movePageblock(pfn, type, MigrateType.HIGHATOMIC);
        zone.reservedHighatomic += pageblocks.pages();
        zone.updatePlenty();
      }
    } finally {
      zone.lock.unlock();
    }
  }

  /** How much of a zone may be reserved, in pages. */
  private long most(Zone zone) {
    long onePercent = zone.managed / 100;
    if (!rules.highAtomicOnePercent()) {
      return onePercent + pageblocks.pages();
    }
    boolean tooSmall = onePercent < pageblocks.pages();
    return tooSmall ? 0 : (onePercent + pageblocks.pages() - 1) & -(long) pageblocks.pages();
  }

  /**
   * Gives one reserved pageblock with a free block to the migrate type of a request, from a zone
   * that the request may use.
   *
   * @param force also the last one of a zone
   * @return whether there was one
   */
  boolean unreserve(Request request, boolean force) {
    for (Zone zone : request.zonelist) {
      boolean spares = !force && zone.reservedHighatomic <= pageblocks.pages();
      if (spares || !request.allows(zone.node())) {
        continue;
      }
      zone.lock.lock();
      try {
        if (unreserveOne(zone, request.migrateType)) {
          return true;
        }
      } finally {
        zone.lock.unlock();
      }
    }
    return false;
  }

  private boolean unreserveOne(Zone zone, int migrateType) {
    for (int order = 0; order <= maxOrder; order++) {
      int pfn = zone.areas[order].list(MigrateType.HIGHATOMIC).first();
      if (pfn == Pfn.NONE) {
        continue;
      }
      long size = Math.max(pageblocks.pages(), 1L << order);
      zone.reservedHighatomic -= Math.min(size, zone.reservedHighatomic);
      zone.updatePlenty();
      if (order < pageblocks.order()) {
        zone.buddy.movePageblock(pfn, MigrateType.HIGHATOMIC, migrateType);
      } else {
        zone.buddy.moveToList(pfn, order, MigrateType.HIGHATOMIC, migrateType);
        pageblocks.typeRange(pfn, order, migrateType);
      }
      return true;
    }
    return false;
  }
}
