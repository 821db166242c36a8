package dev.quarry.explain.twin;

import dev.quarry.explain.log.ZoneDump;
import dev.quarry.machine.ZoneType;
import dev.quarry.physical.ZoneCounters;
import java.util.List;

/**
 * One zone of the twin, in pages: {@code struct zone} as the log has it.
 *
 * @param dump where it comes from
 * @param type its type
 * @param managed pages that the allocator was given; the RAM there is, where the log does not say
 * @param present RAM, in pages
 * @param min the mark without boost
 * @param low the mark without boost
 * @param high the mark without boost
 * @param boost by which all marks are raised
 * @param counters of free pages
 * @param reserves {@code lowmem_reserve} by zone type built
 * @param nrFree free blocks by order
 * @param types for each order a bit for each migrate type whose list has a block
 */
public record ZonePlan(
    ZoneDump dump,
    ZoneType type,
    long managed,
    long present,
    long min,
    long low,
    long high,
    long boost,
    ZoneCounters counters,
    List<Long> reserves,
    List<Long> nrFree,
    List<Integer> types) {
  public ZonePlan {
    reserves = List.copyOf(reserves);
    nrFree = List.copyOf(nrFree);
    types = List.copyOf(types);
  }

  /** The node. */
  public int node() {
    return dump.node();
  }

  /** Whether the zone has RAM. */
  public boolean isPopulated() {
    return present > 0;
  }

  /** A bit for each migrate type whose lists have a block. */
  int freeTypes() {
    int all = 0;
    for (int lists : types) {
      all |= lists;
    }
    return all;
  }

  /** Pages in free blocks of at least an order. */
  public long pagesInBlocks(int order) {
    long pages = 0;
    for (int o = order; o < nrFree.size(); o++) {
      pages += nrFree.get(o) << o;
    }
    return pages;
  }

  /** The zone with other counters. */
  public ZonePlan withCounters(ZoneCounters other) {
    return new ZonePlan(
        dump, type, managed, present, min, low, high, boost, other, reserves, nrFree, types);
  }

  /** The zone with another boost. */
  public ZonePlan withBoost(long pages) {
    return new ZonePlan(
        dump, type, managed, present, min, low, high, pages, counters, reserves, nrFree, types);
  }

  /** The zone with other lists of free blocks. */
  public ZonePlan withBlocks(List<Long> counts, List<Integer> lists) {
    return new ZonePlan(
        dump, type, managed, present, min, low, high, boost, counters, reserves, counts, lists);
  }

  /** The zone with another number of pages that the allocator was given. */
  public ZonePlan withManaged(long pages) {
    return new ZonePlan(
        dump, type, pages, present, min, low, high, boost, counters, reserves, nrFree, types);
  }

  /** The zone with more RAM, all of it given to the allocator. */
  public ZonePlan withMoreRam(long pages) {
    return new ZonePlan(
        dump,
        type,
        managed + pages,
        present + pages,
        min,
        low,
        high,
        boost,
        counters,
        reserves,
        nrFree,
        types);
  }
}
