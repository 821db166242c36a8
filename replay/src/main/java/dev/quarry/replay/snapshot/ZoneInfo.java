package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.Place;
import java.util.List;
import java.util.Optional;

/**
 * {@code /proc/zoneinfo} (zoneinfo_show_print in mm/vmstat.c, 6.18; older kernels lack some lines,
 * which then count as 0).
 *
 * @param nodes statistics of each node that has memory
 * @param zones in the file's order: those without memory are listed too, except by old kernels
 */
public record ZoneInfo(List<Node> nodes, List<Zone> zones) {
  public ZoneInfo {
    nodes = List.copyOf(nodes);
    zones = List.copyOf(zones);
  }

  /** The {@code per-node stats} of one node. */
  public record Node(int id, Counters stats) {}

  /**
   * One zone.
   *
   * @param id node and kind
   * @param free free pages
   * @param watermarks in pages
   * @param size in pages
   * @param protection {@code lowmem_reserve} against requests that could use each zone type above
   * @param stats counters by name, {@code nr_free_pages} to {@code numa_other}
   * @param pageSets the per-CPU lists, by CPU
   * @param nodeUnreclaimable whether kswapd gave up on the node
   * @param startPfn the first frame; 0 for a zone without memory
   * @param place the zone's first line
   */
  public record Zone(
      ZoneId id,
      long free,
      Watermarks watermarks,
      Size size,
      Numbers protection,
      Counters stats,
      List<PageSet> pageSets,
      boolean nodeUnreclaimable,
      int startPfn,
      Place place) {
    public Zone {
      pageSets = List.copyOf(pageSets);
    }

    /** One past the last frame. */
    public int endPfn() {
      return (int) (startPfn + size.spanned());
    }

    /** Whether the zone has pages. */
    public boolean isPopulated() {
      return size.present() > 0;
    }

    /** Whether a frame lies between the zone's first and last. */
    public boolean spans(long pfn) {
      return pfn >= startPfn && pfn < endPfn();
    }
  }

  /** Watermarks in pages, as printed: {@code boost} is part of the others. */
  public record Watermarks(long boost, long min, long low, long high, long promo) {}

  /** Sizes in pages. */
  public record Size(long spanned, long present, long managed, long cma) {}

  /** The per-CPU lists of one CPU in a zone, in pages. */
  public record PageSet(
      int cpu, int count, int high, int batch, int highMin, int highMax, int statThreshold) {}

  /** A zone by its node and kind. */
  public Optional<Zone> zone(ZoneId id) {
    return zones.stream().filter(zone -> zone.id().equals(id)).findFirst();
  }

  /** The zones that have pages. */
  public List<Zone> populated() {
    return zones.stream().filter(Zone::isPopulated).toList();
  }

  /** One past the highest frame of any zone. */
  public int endPfn() {
    return zones.stream().mapToInt(Zone::endPfn).max().orElse(0);
  }

  /** How many frames all zones span together. */
  public long spannedPages() {
    return zones.stream().mapToLong(zone -> zone.size().spanned()).sum();
  }
}
