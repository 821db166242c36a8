package dev.quarry.physical;

import dev.quarry.machine.Sysctls;
import dev.quarry.machine.ZoneType;

/**
 * Computes min_free_kbytes, each zone's marks, {@code lowmem_reserve} and the limits of the per-CPU
 * lists. Formulas of mm/page_alloc.c (6.18): {@code calculate_min_free_kbytes}, {@code
 * __setup_per_zone_wmarks}, {@code setup_per_zone_lowmem_reserve}, {@code zone_batchsize}, {@code
 * zone_highsize}; and of mm/khugepaged.c: {@code set_recommended_min_free_kbytes}.
 *
 * <pre>
 *   min_free_kbytes = sqrt(16 × low memory in KiB), 128 to 262,144
 *   min(zone)       = min_free pages × managed / low memory
 *   low, high       = min + d, min + 2d      d = max(min / 4, managed × scale / 10,000)
 *   reserve(z, h)   = managed of the zones above z up to h / ratio(z)
 * </pre>
 */
final class WatermarkSetup {
  private static final int SWAP_CLUSTER_MAX = 32;
  private static final int HIGHMEM_MOST = 128;
  private static final int MIN_KBYTES = 128;
  private static final int MIN_HIGH_FRACTION = 8;
  private static final int ONE_MEBIBYTE = 1 << 20;
  private static final int HALF_MEBIBYTE = 1 << 19;

  private WatermarkSetup() {}

  /** Computes everything for a machine that boots: {@code init_per_zone_wmark_min}. */
  static void init(PhysicalMemory memory) {
    Sysctls sysctls = memory.spec().sysctls();
    long kbytes = sysctls.minFreeKbytes().orElseGet(() -> byFormula(memory));
    apply(memory, kbytes);
    if (sysctls.khugepagedRaise()) {
      long recommended = khugepagedRecommends(memory);
      if (recommended > kbytes) {
        apply(memory, recommended);
      }
    }
  }

  private static void apply(PhysicalMemory memory, long minFreeKbytes) {
    memory.minFreeKbytes(minFreeKbytes);
    setMarks(memory, minFreeKbytes);
    setReserves(memory);
    memory.zones().forEach(Zone::updatePlenty);
    setPerCpuLimits(memory);
  }

  /** {@code calculate_min_free_kbytes}: the marks are still 0, so all low memory counts. */
  static long byFormula(PhysicalMemory memory) {
    long kbytes = bufferPages(memory) << (memory.spec().pageShift() - 10);
    long root = squareRoot(kbytes * 16);
    return Math.clamp(root, MIN_KBYTES, memory.rules().maxMinFreeKbytes());
  }

  /** Pages beyond the high marks that GFP_USER could get: {@code nr_free_buffer_pages}. */
  private static long bufferPages(PhysicalMemory memory) {
    long pages = 0;
    for (Zone zone : memory.zones()) {
      if (isLow(zone)) {
        pages += Math.max(0, zone.managed - zone.mark(Zone.HIGH));
      }
    }
    return pages;
  }

  private static boolean isLow(Zone zone) {
    return switch (zone.type()) {
      case DMA, DMA32, NORMAL -> true;
      case HIGHMEM, MOVABLE, DEVICE -> false;
    };
  }

  private static long squareRoot(long value) {
    long root = (long) Math.sqrt((double) value);
    while (root * root > value) {
      root--;
    }
    return root;
  }

  /** Room for pageblocks of each type in each zone, at most a twentieth of memory. */
  static long khugepagedRecommends(PhysicalMemory memory) {
    long zones =
        memory.zones().stream()
            .filter(zone -> zone.isPopulated() && isLow(zone) && zone.managed > 0)
            .count();
    long pages =
        memory.pageblocks().pages() * zones * (2L + MigrateType.PCPTYPES * MigrateType.PCPTYPES);
    return Math.min(pages, bufferPages(memory) / 20) << (memory.spec().pageShift() - 10);
  }

  private static void setMarks(PhysicalMemory memory, long minFreeKbytes) {
    long minPages = minFreeKbytes >> (memory.spec().pageShift() - 10);
    long lowPages = 0;
    for (Zone zone : memory.zones()) {
      lowPages += isLow(zone) ? zone.managed : 0;
    }
    for (Zone zone : memory.zones()) {
      setZoneMarks(memory, zone, lowPages == 0 ? 0 : share(minPages, zone.managed, lowPages));
    }
  }

  private static long share(long minPages, long managed, long lowPages) {
    return Math.multiplyHigh(minPages, managed) == 0
        ? minPages * managed / lowPages
        : (long) ((double) minPages * managed / lowPages);
  }

  private static void setZoneMarks(PhysicalMemory memory, Zone zone, long share) {
    AllocRules rules = memory.rules();
    zone.watermark[Zone.MIN] =
        isLow(zone) || zone.type() == ZoneType.DEVICE
            ? share
            : Math.clamp(zone.managed / 1024, SWAP_CLUSTER_MAX, HIGHMEM_MOST);
    long distance = share >> 2;
    if (rules.watermarkScaleFactor()) {
      int scale = memory.spec().sysctls().watermarkScaleFactor();
      distance = Math.max(distance, MulDiv.fraction(zone.managed, scale, 10_000));
    }
    zone.watermarkBoost = 0;
    for (int which = Zone.LOW; which <= Zone.PROMO; which++) {
      zone.watermark[which] = zone.watermark[which - 1] + distance;
    }
  }

  private static void setReserves(PhysicalMemory memory) {
    for (Node node : memory.nodes()) {
      int last = node.zones().size() - 1;
      for (int i = 0; i < last; i++) {
        Zone zone = node.zone(i);
        int ratio = memory.spec().sysctls().lowmemReserveRatio().getOrDefault(zone.type(), 0);
        long above = 0;
        for (int j = i + 1; j <= last; j++) {
          above += node.zone(j).managed;
          zone.lowmemReserve[j] = ratio == 0 || zone.managed == 0 ? 0 : above / ratio;
        }
      }
    }
  }

  private static void setPerCpuLimits(PhysicalMemory memory) {
    for (Zone zone : memory.zones()) {
      int batch = Math.max(1, batchSize(memory, zone));
      int fraction = memory.spec().sysctls().percpuPagelistHighFraction();
      int highMin;
      int highMax;
      if (!memory.rules().pcpHighOrders()) {
        highMin = highMax = fraction > 0 ? high(memory, zone, batch, fraction) : 6 * batch;
      } else {
        highMin = high(memory, zone, batch, fraction);
        boolean fixed = fraction > 0 || !memory.rules().pcpAutoTune();
        highMax = fixed ? highMin : high(memory, zone, batch, MIN_HIGH_FRACTION);
      }
      for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
        zone.pcp(cpu).limits(highMin, highMax, batch);
        zone.pcp(cpu).updateTrimFrom();
      }
    }
  }

  /**
   * About a thousandth of the zone, at most a mebibyte (half of one up to 5.12), by four, as a
   * power of two less one.
   */
  static int batchSize(PhysicalMemory memory, Zone zone) {
    int most = memory.rules().pcpHighOrders() ? ONE_MEBIBYTE : HALF_MEBIBYTE;
    long batch = Math.min(zone.managed >> 10, most >> memory.spec().pageShift()) / 4;
    int atLeastOne = (int) Math.max(1, batch);
    return Integer.highestOneBit(atLeastOne + atLeastOne / 2) - 1;
  }

  private static int high(PhysicalMemory memory, Zone zone, int batch, int fraction) {
    long pages = fraction == 0 ? zone.mark(Zone.LOW) : zone.managed / fraction;
    long local = memory.cpus().stream().filter(cpu -> cpu.node() == zone.node().id()).count();
    long cpus = local > 0 ? local : memory.cpus().size();
    return (int) Math.max(pages / cpus, batch << 2);
  }
}
