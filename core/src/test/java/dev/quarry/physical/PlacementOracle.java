package dev.quarry.physical;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.ZoneType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says in which zone a request must land, from the lists alone: the walk over the zonelist and the
 * watermark test of mm/page_alloc.c (6.18), written a second time and without a thought of speed.
 * {@link #expected} follows a request up to where it would have to wait.
 */
final class PlacementOracle {
  private static final int MIN = Zone.MIN;

  private final PhysicalMemory memory;

  PlacementOracle(PhysicalMemory memory) {
    this.memory = memory;
  }

  /** What a request may do in one pass. */
  private record Rights(
      int which, boolean high, boolean nonBlock, boolean highAtomic, boolean cma, boolean all) {
    boolean any() {
      return high || nonBlock || highAtomic;
    }
  }

  /** The zone in which the request gets its block without waiting, or null if in none. */
  @Nullable Zone expected(Cpu cpu, int node, long nodeMask, int gfp, int order) {
    Query query = new Query(cpu, gfp, order, zonelist(node, gfp), nodeMask);
    Rights fast = new Rights(Zone.LOW, false, false, false, query.movable(), false);
    boolean spread = spreadsToDma32(query.preferred());
    Zone zone = walk(query, fast, spread);
    if (zone != null || query.preferred() == null) {
      return zone;
    }
    boolean high = (gfp & Gfp.HIGH) != 0;
    boolean waits = (gfp & Gfp.DIRECT_RECLAIM) != 0;
    boolean nonBlock = !waits && (gfp & Gfp.NOMEMALLOC) == 0;
    Rights slow =
        new Rights(MIN, high, nonBlock, nonBlock && high && order > 0, query.movable(), false);
    zone = walk(query, slow, false);
    if (zone != null) {
      return zone;
    }
    boolean freesMemory = (gfp & Gfp.MEMALLOC) != 0 && (gfp & Gfp.NOMEMALLOC) == 0;
    Query wider =
        freesMemory || (!waits && high)
            ? new Query(cpu, gfp, order, query.zonelist, Request.ALL_NODES)
            : query;
    Rights last = freesMemory ? new Rights(MIN, false, false, false, query.movable(), true) : slow;
    return walk(wider, last, false);
  }

  /** A request and the zones that it looks at. */
  private record Query(Cpu cpu, int gfp, int order, List<Zone> zonelist, long nodeMask) {
    boolean movable() {
      return (gfp & Gfp.MOVABLE) != 0;
    }

    boolean allows(Zone zone) {
      return (nodeMask >>> zone.node().id() & 1) != 0;
    }

    @Nullable Zone preferred() {
      return zonelist.stream().filter(this::allows).findFirst().orElse(null);
    }
  }

  private List<Zone> zonelist(int node, int gfp) {
    Node start = memory.nodes().get(node);
    boolean here = (gfp & Gfp.THISNODE) != 0;
    return start.zonelist(highestZone(gfp)).stream()
        .filter(zone -> !here || zone.node() == start)
        .toList();
  }

  private int highestZone(int gfp) {
    ZoneType wanted =
        switch (gfp & Gfp.ZONE_MASK & ~Gfp.MOVABLE) {
          case Gfp.DMA -> ZoneType.DMA;
          case Gfp.DMA32 -> ZoneType.DMA32;
          case Gfp.HIGHMEM -> (gfp & Gfp.MOVABLE) != 0 ? ZoneType.MOVABLE : ZoneType.HIGHMEM;
          default -> ZoneType.NORMAL;
        };
    List<ZoneType> built = memory.zoneTypes();
    if (wanted.compareTo(ZoneType.NORMAL) < 0 && !built.contains(wanted)) {
      wanted = ZoneType.NORMAL; // OPT_ZONE_DMA, OPT_ZONE_DMA32 of a kernel without that zone
    }
    int highest = 0;
    for (int i = 0; i < built.size(); i++) {
      highest = built.get(i).ordinal() <= wanted.ordinal() ? i : highest;
    }
    return highest;
  }

  private boolean spreadsToDma32(@Nullable Zone preferred) {
    if (preferred == null || preferred.type() != ZoneType.NORMAL || preferred.index() == 0) {
      return false;
    }
    Zone below = preferred.node().zone(preferred.index() - 1);
    boolean oneNode = memory.nodes().size() == 1;
    return below.type() == ZoneType.DMA32 && (oneNode || below.isPopulated());
  }

  private @Nullable Zone walk(Query query, Rights rights, boolean noFragment) {
    Zone preferred = query.preferred();
    for (Zone zone : query.zonelist) {
      if (preferred == null || !query.allows(zone)) {
        continue;
      }
      if (noFragment && zone.node() != preferred.node()) {
        break;
      }
      if (passes(query, zone, rights) && gives(query, zone, rights, noFragment)) {
        return zone;
      }
    }
    return noFragment ? walk(query, rights, false) : null;
  }

  private boolean passes(Query query, Zone zone, Rights rights) {
    long boost = zone.watermarkBoost();
    boolean passes = passesAt(query, zone, rights, zone.unboostedMark(rights.which) + boost);
    boolean mayIgnoreBoost = query.order == 0 && rights.high && rights.which == MIN && boost > 0;
    return rights.all
        || passes
        || (mayIgnoreBoost && passesAt(query, zone, rights, zone.unboostedMark(MIN)));
  }

  private boolean passesAt(Query query, Zone zone, Rights rights, long mark) {
    long usable = free(zone) - ((1L << query.order) - 1);
    usable -= rights.any() ? 0 : free(zone, MigrateType.HIGHATOMIC);
    usable -= rights.cma ? 0 : free(zone, MigrateType.CMA);
    long needed = mark;
    if (rights.high) {
      needed -= needed / 2;
      needed -= rights.nonBlock ? needed / 4 : 0;
    }
    if (usable <= needed + zone.lowmemReserve(highestZone(query.gfp))) {
      return false;
    }
    return query.order == 0
        || hasBlock(zone, query.order, MigrateType.UNMOVABLE)
        || hasBlock(zone, query.order, MigrateType.MOVABLE)
        || hasBlock(zone, query.order, MigrateType.RECLAIMABLE)
        || (rights.cma && hasBlock(zone, query.order, MigrateType.CMA))
        || (rights.highAtomic && hasBlock(zone, query.order, MigrateType.HIGHATOMIC));
  }

  /** Whether the zone's lists, or the CPU's, have a block that the request may take. */
  private boolean gives(Query query, Zone zone, Rights rights, boolean noFragment) {
    int type = memory.groupsByMobility() ? Gfp.migrateType(query.gfp) : MigrateType.UNMOVABLE;
    int order = query.order;
    int fallbackFrom = noFragment ? Math.max(order, memory.pageblocks().order()) : order;
    boolean found = onCpuList(query, zone, type) || hasBlock(zone, order, type);
    for (int other = 0; other < MigrateType.PCPTYPES; other++) {
      found |= other != type && hasBlock(zone, fallbackFrom, other);
    }
    return found
        || (rights.cma && hasBlock(zone, order, MigrateType.CMA))
        || ((rights.highAtomic || rights.nonBlock)
            && hasBlock(zone, order, MigrateType.HIGHATOMIC));
  }

  private boolean onCpuList(Query query, Zone zone, int type) {
    PerCpuPages pcp = zone.pcp(query.cpu.id());
    for (int i = 0; i < pcp.lists(); i++) {
      boolean huge = pcp.listOrder(i) > memory.pcpMaxOrder();
      boolean right =
          huge
              ? (type == MigrateType.MOVABLE) == (i == pcp.lists() - 1)
              : i % MigrateType.PCPTYPES == type;
      if (pcp.listOrder(i) == query.order && right && pcp.list(i).count() > 0) {
        return true;
      }
    }
    return false;
  }

  private static long free(Zone zone) {
    long free = 0;
    for (int type = 0; type < MigrateType.ISOLATE; type++) {
      free += free(zone, type);
    }
    return free;
  }

  private static long free(Zone zone, int type) {
    long free = 0;
    for (int order = 0; order < zone.areas.length; order++) {
      free += (long) zone.freeBlocks(order, type) << order;
    }
    return free;
  }

  private static boolean hasBlock(Zone zone, int order, int type) {
    for (int at = order; at < zone.areas.length; at++) {
      if (zone.freeBlocks(at, type) > 0) {
        return true;
      }
    }
    return false;
  }
}
