package dev.quarry.machine;

import java.util.List;
import java.util.Map;

/**
 * What things cost on a machine, in nanoseconds of virtual time. The numbers are the user's to set;
 * the usual ones are of the order of a server's of 2020 and were not measured on one machine.
 *
 * <pre>
 *   first touch of a page = lines in it * local_ns      * distance / 10
 *   zeroing a page        =               zero_page_ns  * distance / 10
 *   everything else       = count * price
 * </pre>
 *
 * <p>Distances are taken at their word: what firmware calls 21 costs 2.1 times as much as 10.
 *
 * @param localNs loading a line from the memory of the own node, with nothing else under way
 * @param zeroPageNs zeroing a page of the own node
 * @param pcpHitNs a request that a per-CPU list serves
 * @param refillPageNs moving a page from a zone to a per-CPU list
 * @param drainPageNs moving a page from a per-CPU list to a zone
 * @param zoneLockNs taking a zone's lock once and giving it back
 */
public record CostModel(
    int localNs, int zeroPageNs, int pcpHitNs, int refillPageNs, int drainPageNs, int zoneLockNs) {
  /** What a machine has unless its spec says otherwise. */
  public static final CostModel DEFAULT = new CostModel(90, 300, 15, 30, 30, 60);

  /** The names of the prices in a spec, in the order of the record. */
  public static final List<String> NAMES =
      List.of(
          "local_ns",
          "zero_page_ns",
          "pcp_hit_ns",
          "refill_page_ns",
          "drain_page_ns",
          "zone_lock_ns");

  /** The most that anything may cost: a tenth of a millisecond. */
  public static final int MOST_NS = 100_000;

  private static final int LINE_BYTES_SHIFT = 6;
  private static final int LOCAL_DISTANCE = 10;

  /**
   * These prices, but for some.
   *
   * @param prices by name
   * @throws IllegalArgumentException for a name that is none
   */
  public CostModel with(Map<String, Integer> prices) {
    for (String name : prices.keySet()) {
      if (!NAMES.contains(name)) {
        throw new IllegalArgumentException(
            "\"" + name + "\" is not a price; did you mean " + Nearest.to(name, NAMES) + "?");
      }
    }
    return new CostModel(
        prices.getOrDefault("local_ns", localNs),
        prices.getOrDefault("zero_page_ns", zeroPageNs),
        prices.getOrDefault("pcp_hit_ns", pcpHitNs),
        prices.getOrDefault("refill_page_ns", refillPageNs),
        prices.getOrDefault("drain_page_ns", drainPageNs),
        prices.getOrDefault("zone_lock_ns", zoneLockNs));
  }

  /** The prices in the order of {@link #NAMES}. */
  public List<Integer> prices() {
    return List.of(localNs, zeroPageNs, pcpHitNs, refillPageNs, drainPageNs, zoneLockNs);
  }

  /**
   * Nanoseconds for touching pages for the first time, line by line.
   *
   * @param pageShift log2 of a page's bytes
   * @param distance from the CPU's node to the pages' node; 10 is local
   */
  public long firstTouchNanos(long pages, int pageShift, int distance) {
    return scaled((pages << (pageShift - LINE_BYTES_SHIFT)) * localNs, distance);
  }

  /**
   * Nanoseconds for zeroing pages.
   *
   * @param distance from the CPU's node to the pages' node; 10 is local
   */
  public long zeroingNanos(long pages, int distance) {
    return scaled(pages * zeroPageNs, distance);
  }

  private static long scaled(long localNanos, int distance) {
    return localNanos * distance / LOCAL_DISTANCE;
  }
}
