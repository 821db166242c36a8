package dev.quarry.explain.twin;

import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.ZoneType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/**
 * Which zone types the log's kernel was built with. The log shows those that have memory, and
 * {@code lowmem_reserve[]} has an entry for each that was built: five entries with DMA, DMA32 and
 * Normal shown are DMA, DMA32, Normal, Movable and Device.
 *
 * <p>Of all sets of that size the one is taken that fits the vectors best: a zone keeps nothing
 * back from itself and from those below, and begins to do so at the next zone that has memory.
 */
final class BuiltZones {
  private static final KernelRelease MOVABLE_SINCE = new KernelRelease(2, 6, 23);
  private static final KernelRelease DEVICE_SINCE = new KernelRelease(4, 3);
  private static final int CONTRADICTION = -100;

  private final MemoryReport report;
  private final KernelRelease release;
  private final EnumSet<ZoneType> shown = EnumSet.noneOf(ZoneType.class);
  private int entries;

  private BuiltZones(MemoryReport report, KernelRelease release) {
    this.report = report;
    this.release = release;
    for (ZoneDump zone : report.zones()) {
      zone.type().ifPresent(shown::add);
      long[] reserve = zone.lowmemReserve();
      entries = Math.max(entries, reserve == null ? 0 : reserve.length);
    }
  }

  /**
   * The types, ascending.
   *
   * @param caveats gets what had to be assumed
   */
  static List<ZoneType> of(MemoryReport report, KernelRelease release, List<String> caveats) {
    BuiltZones built = new BuiltZones(report, release);
    EnumSet<ZoneType> needed = EnumSet.copyOf(built.shown);
    needed.add(ZoneType.NORMAL);
    if (built.entries < needed.size() || built.entries > ZoneType.values().length) {
      if (release.isAtLeast(MOVABLE_SINCE)) {
        needed.add(ZoneType.MOVABLE);
      }
      caveats.add(
          "lowmem_reserve[] has "
              + built.entries
              + " entries, which does not fit the zones shown: the kernel is taken to have "
              + names(List.copyOf(needed)));
      return List.copyOf(needed);
    }
    return built.best(needed);
  }

  private List<ZoneType> best(EnumSet<ZoneType> needed) {
    List<ZoneType> best = List.copyOf(needed);
    int most = Integer.MIN_VALUE;
    ZoneType[] all = ZoneType.values();
    for (int bits = 0; bits < 1 << all.length; bits++) {
      List<ZoneType> set = new ArrayList<>();
      for (ZoneType type : all) {
        if ((bits >>> type.ordinal() & 1) != 0) {
          set.add(type);
        }
      }
      if (set.size() == entries && set.containsAll(needed)) {
        int score = score(set);
        if (score > most) {
          most = score;
          best = set;
        }
      }
    }
    return List.copyOf(best);
  }

  private int score(List<ZoneType> set) {
    int score = usual(set);
    for (ZoneDump zone : report.zones()) {
      long[] reserve = zone.lowmemReserve();
      if (reserve != null && zone.type().isPresent()) {
        score += fit(set, zone, zone.type().get(), reserve);
      }
    }
    return score;
  }

  private int fit(List<ZoneType> set, ZoneDump zone, ZoneType type, long[] reserve) {
    int own = set.indexOf(type);
    for (int index = 0; index < Math.min(set.size(), reserve.length); index++) {
      if (reserve[index] != 0 && index <= own) {
        return CONTRADICTION;
      }
      if (reserve[index] != 0) {
        return shownOn(zone.node(), set.get(index)) ? 10 : hidden(set.get(index));
      }
    }
    return 0;
  }

  /** Zones above the highest that the request may use are not shown by newer kernels. */
  private int hidden(ZoneType type) {
    boolean above = shown.stream().allMatch(other -> other.compareTo(type) < 0);
    return above ? 1 : -10;
  }

  private boolean shownOn(int node, ZoneType type) {
    return report.zones().stream()
        .anyMatch(zone -> zone.node() == node && zone.type().filter(type::equals).isPresent());
  }

  /** How usual a set is. Movable is always built; HighMem on 32-bit machines only. */
  private int usual(List<ZoneType> set) {
    int score = 0;
    for (ZoneType type : set) {
      score +=
          switch (type) {
            case MOVABLE -> release.isAtLeast(MOVABLE_SINCE) ? 5 : CONTRADICTION;
            case DMA -> 3;
            case DMA32 -> 2;
            case DEVICE -> release.isAtLeast(DEVICE_SINCE) ? 1 : CONTRADICTION;
            case HIGHMEM -> shown.contains(type) ? 1 : -3;
            case NORMAL -> 0;
          };
    }
    return score;
  }

  /** Types by name, for people. */
  static String names(List<ZoneType> types) {
    return String.join(", ", types.stream().map(ZoneType::label).toList());
  }
}
