package dev.quarry.replay.snapshot;

import dev.quarry.machine.Sysctls;
import dev.quarry.machine.ZoneType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Finds the settings that give a machine's watermarks and reserves, by turning round the kernel's
 * formulas ({@code __setup_per_zone_wmarks} and {@code setup_per_zone_lowmem_reserve} in
 * mm/page_alloc.c, 6.18):
 *
 * <pre>
 *   min(zone)      = floor(P × managed / low)         P = min_free_kbytes in pages
 *   low - min      = max(floor(P × managed / low) / 4, floor(managed × scale / 10,000))
 *   reserve(i, j)  = floor(managed of the zones above i up to j / ratio(i))
 * </pre>
 *
 * <p>Each zone bounds the setting from below and above; what all zones allow is searched for the
 * value that the kernel itself would have chosen.
 */
final class WatermarkSettings {
  private static final int SCALE_BASE = 10_000;
  private static final int MAX_SCALE = 3_000;
  private static final long MOST_PAGES = 1L << 31;
  private static final int KHUGEPAGED_BLOCKS = 2 + 3 * 3;

  private final ZoneInfo zoneInfo;
  private final List<String> notes;
  private final long lowPages;

  private WatermarkSettings(ZoneInfo zoneInfo, List<String> notes) {
    this.zoneInfo = zoneInfo;
    this.notes = notes;
    this.lowPages =
        zoneInfo.zones().stream()
            .filter(WatermarkSettings::isLow)
            .mapToLong(zone -> zone.size().managed())
            .sum();
  }

  /** The settings of a machine; what its zoneinfo does not tell is as Linux 6.18 begins with. */
  static Sysctls of(ZoneInfo zoneInfo, int pageShift, int pageblockOrder, List<String> notes) {
    WatermarkSettings settings = new WatermarkSettings(zoneInfo, notes);
    Sysctls defaults = Sysctls.DEFAULTS;
    OptionalLong minFree = OptionalLong.empty();
    int scale = defaults.watermarkScaleFactor();
    if (settings.lowPages > 0 && settings.lowPages < MOST_PAGES) {
      long kbytes = settings.minFreeKbytes(pageShift, pageblockOrder);
      minFree = OptionalLong.of(kbytes);
      scale = settings.scaleFactor(kbytes >> (pageShift - 10), scale);
    }
    return new Sysctls(
        minFree,
        false,
        settings.reserveRatios(defaults.lowmemReserveRatio()),
        scale,
        defaults.watermarkBoostFactor(),
        defaults.percpuPagelistHighFraction(),
        defaults.percpuLists(),
        defaults.percpuMaxOrder());
  }

  private static boolean isLow(ZoneInfo.Zone zone) {
    ZoneType type = zone.id().type();
    return type == ZoneType.DMA || type == ZoneType.DMA32 || type == ZoneType.NORMAL;
  }

  private static long min(ZoneInfo.Zone zone) {
    return zone.watermarks().min() - zone.watermarks().boost();
  }

  /** Whole numbers from {@code low} to {@code high}. */
  private record Bounds(long low, long high) {
    /** The x for which {@code floor(x * a / b) == value}. */
    static Bounds ofFloor(long value, long a, long b) {
      return new Bounds(Math.ceilDiv(value * b, a), Math.ceilDiv((value + 1) * b, a) - 1);
    }

    Bounds and(Bounds other) {
      return new Bounds(Math.max(low, other.low), Math.min(high, other.high));
    }

    boolean holds(long value) {
      return value >= low && value <= high;
    }
  }

  private long minFreeKbytes(int pageShift, int pageblockOrder) {
    Bounds pages = new Bounds(0, Long.MAX_VALUE);
    Bounds ofLargest = pages;
    long largest = 0;
    int zones = 0;
    for (ZoneInfo.Zone zone : zoneInfo.zones()) {
      long managed = zone.size().managed();
      if (isLow(zone) && managed > 0) {
        zones++;
        Bounds own = Bounds.ofFloor(Math.max(0, min(zone)), managed, lowPages);
        pages = pages.and(own);
        if (managed > largest) {
          largest = managed;
          ofLargest = own;
        }
      }
    }
    int toKbytes = pageShift - 10;
    if (pages.low() > pages.high()) {
      notes.add("no min_free_kbytes gives every zone its min; the largest zone's is taken");
      return ofLargest.low() << toKbytes;
    }
    long byFormula = (long) Math.sqrt((double) (lowPages << toKbytes) * 16);
    if (pages.holds(byFormula >> toKbytes)) {
      return byFormula;
    }
    long byKhugepaged = ((long) KHUGEPAGED_BLOCKS * zones) << pageblockOrder;
    return (pages.holds(byKhugepaged) ? byKhugepaged : pages.low()) << toKbytes;
  }

  private int scaleFactor(long minFreePages, int usual) {
    Bounds scale = new Bounds(1, MAX_SCALE);
    for (ZoneInfo.Zone zone : zoneInfo.zones()) {
      long managed = zone.size().managed();
      if (managed > 0) {
        long distance = zone.watermarks().low() - zone.watermarks().min();
        long quarter = minFreePages * managed / lowPages / 4;
        Bounds own = Bounds.ofFloor(Math.max(0, distance), managed, SCALE_BASE);
        scale = scale.and(distance > quarter ? own : new Bounds(0, own.high()));
      }
    }
    if (scale.low() > scale.high()) {
      notes.add("no watermark_scale_factor gives every zone its low mark; " + usual + " is taken");
      return usual;
    }
    return scale.holds(usual) ? usual : (int) scale.low();
  }

  private Map<ZoneType, Integer> reserveRatios(Map<ZoneType, Integer> defaults) {
    Map<ZoneType, Integer> ratios = new EnumMap<>(defaults);
    for (ZoneInfo.Zone zone : zoneInfo.populated()) {
      long above =
          zoneInfo.zones().stream()
              .filter(other -> other.id().node() == zone.id().node())
              .filter(other -> other.id().type().compareTo(zone.id().type()) > 0)
              .mapToLong(other -> other.size().managed())
              .sum();
      int columns = zone.protection().size();
      int usual = defaults.getOrDefault(zone.id().type(), 0);
      if (columns > 0 && above > 0 && zone.size().managed() > 0) {
        ratios.put(zone.id().type(), ratio(above, zone.protection().get(columns - 1), usual));
      }
    }
    return ratios;
  }

  private static int ratio(long above, long reserve, int usual) {
    if (usual != 0 && above / usual == reserve) {
      return usual;
    }
    return reserve == 0 ? 0 : (int) Math.max(1, above / (reserve + 1) + 1);
  }
}
