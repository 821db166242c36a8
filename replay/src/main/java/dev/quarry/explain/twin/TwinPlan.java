package dev.quarry.explain.twin;

import dev.quarry.explain.log.ZoneDump;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.ZoneType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * What a twin is booted from: the log's figures in pages, checked and bounded.
 *
 * @param release whose rules hold
 * @param pageShift log2 of the page size in bytes
 * @param maxOrder the largest order of the buddy system
 * @param types the zone types that the kernel was built with, ascending
 * @param zones those that the twin can have, in the log's order
 */
public record TwinPlan(
    KernelRelease release,
    int pageShift,
    int maxOrder,
    List<ZoneType> types,
    List<ZonePlan> zones) {
  private static final List<String> LRU =
      List.of("active_anon", "inactive_anon", "active_file", "inactive_file", "unevictable");

  private static final long MOST_KB = 1L << 52;

  public TwinPlan {
    types = List.copyOf(types);
    zones = List.copyOf(zones);
  }

  /** The name of a zone in sentences; with its node, where the log has more than node 0. */
  public static String name(ZoneDump zone) {
    return zone.node() == 0 ? zone.name() : "node " + zone.node() + " " + zone.name();
  }

  /** kB in a page. */
  public int pageKb() {
    return 1 << (pageShift - 10);
  }

  /** The plan of a zone of the log, if it could be taken over. */
  public Optional<ZonePlan> zone(ZoneDump dump) {
    return zones.stream().filter(zone -> zone.dump().equals(dump)).findFirst();
  }

  /**
   * Pages of a zone on LRU lists, which can move; empty where the log does not count them by zone.
   */
  public OptionalLong movable(ZonePlan zone) {
    if (LRU.stream().noneMatch(zone.dump()::has)) {
      return OptionalLong.empty();
    }
    long kb = 0;
    for (String counter : LRU) {
      kb += Math.clamp(zone.dump().kb(counter), 0, MOST_KB);
    }
    return OptionalLong.of(Math.clamp(kb / pageKb(), 0, zone.present()));
  }

  /** The plan with every zone changed. */
  public TwinPlan with(UnaryOperator<ZonePlan> change) {
    return new TwinPlan(release, pageShift, maxOrder, types, zones.stream().map(change).toList());
  }
}
