package dev.quarry.physical;

import dev.quarry.machine.Sysctls;
import dev.quarry.machine.ZoneType;
import java.util.Map;

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

  /** PAGE_ALLOC_COSTLY_ORDER: Linux keeps no larger order on per-CPU lists, but for huge pages. */
  private static final int LINUX_PCP_MAX_ORDER = 3;

  /**
   * Where a machine keeps larger orders on its lists than Linux does, the CPUs' lists together may
   * hold half of a zone: a few largest blocks would fill the kernel's limits.
   */
  private static final int LARGE_LISTS_FRACTION = 2;

  private static final int ONE_MEBIBYTE = 1 << 20;
  private static final int HALF_MEBIBYTE = 1 << 19;
  private static final int OLD_HIGHMEM_RATIO = 32;

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
    Sysctls sysctls = memory.spec().sysctls();
    memory.minFreeKbytes(minFreeKbytes);
    setMarks(memory, minFreeKbytes, sysctls.watermarkScaleFactor());
    setReserves(memory, sysctls.lowmemReserveRatio());
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

  /** Whether a zone's min mark is its share of min_free_kbytes, or one of HighMem's kind. */
  private static boolean sharesMinFree(PhysicalMemory memory, Zone zone) {
    return switch (zone.type()) {
      case DMA, DMA32, NORMAL, DEVICE -> true;
      case HIGHMEM -> false;
      case MOVABLE ->
          !memory.rules().movableHasHighmemMarks()
              && !memory.zoneTypes().contains(ZoneType.HIGHMEM);
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
    boolean all = memory.rules().khugepagedCountsAllZones();
    long zones =
        memory.zones().stream()
            .filter(zone -> zone.isPopulated() && (all || isLow(zone)) && zone.managed > 0)
            .count();
    long pages =
        memory.pageblocks().pages() * zones * (2L + MigrateType.PCPTYPES * MigrateType.PCPTYPES);
    return Math.min(pages, bufferPages(memory) / 20) << (memory.spec().pageShift() - 10);
  }

  /** {@code __setup_per_zone_wmarks}; a boost is gone after it. */
  static void setMarks(PhysicalMemory memory, long minFreeKbytes, int scale) {
    long minPages = minFreeKbytes >> (memory.spec().pageShift() - 10);
    long lowPages = 0;
    for (Zone zone : memory.zones()) {
      lowPages += sharesMinFree(memory, zone) ? zone.managed : 0;
    }
    for (Zone zone : memory.zones()) {
      long share = lowPages == 0 ? 0 : share(minPages, zone.managed, lowPages);
      setZoneMarks(memory, zone, share, scale);
    }
  }

  private static long share(long minPages, long managed, long lowPages) {
    return Math.multiplyHigh(minPages, managed) == 0
        ? minPages * managed / lowPages
        : (long) ((double) minPages * managed / lowPages);
  }

  private static void setZoneMarks(PhysicalMemory memory, Zone zone, long share, int scale) {
    AllocRules rules = memory.rules();
    zone.watermark[Zone.MIN] =
        sharesMinFree(memory, zone)
            ? share
            : Math.clamp(zone.managed / 1024, SWAP_CLUSTER_MAX, HIGHMEM_MOST);
    long distance = share >> 2;
    if (rules.watermarkScaleFactor()) {
      distance = Math.max(distance, MulDiv.fraction(zone.managed, scale, 10_000));
    }
    zone.watermarkBoost = 0;
    for (int which = Zone.LOW; which <= Zone.PROMO; which++) {
      zone.watermark[which] = zone.watermark[which - 1] + distance;
    }
  }

  /** {@code setup_per_zone_lowmem_reserve}. */
  static void setReserves(PhysicalMemory memory, Map<ZoneType, Integer> ratios) {
    for (Node node : memory.nodes()) {
      for (int i = 0; i < node.zones().size() - 1; i++) {
        setReserve(memory, node, node.zone(i), ratios);
      }
    }
  }

  private static void setReserve(
      PhysicalMemory memory, Node node, Zone zone, Map<ZoneType, Integer> ratios) {
    AllocRules rules = memory.rules();
    int ratio = ratio(memory, zone, ratios);
    long between = 0;
    for (int j = zone.index() + 1; j < node.zones().size(); j++) {
      Zone upper = node.zone(j);
      boolean none = zone.managed == 0 || (upper.managed == 0 && rules.emptyZoneHasNoReserve());
      zone.lowmemReserve[j] = ratio == 0 || none ? 0 : (between + upper.managed) / ratio;
      boolean skipped = rules.reserveSkipsZonesWithout() && ratio(memory, upper, ratios) == 0;
      between += skipped ? 0 : upper.managed;
    }
  }

  private static int ratio(PhysicalMemory memory, Zone zone, Map<ZoneType, Integer> ratios) {
    int ratio = ratios.getOrDefault(zone.type(), 0);
    if (ratio > 0 || !memory.rules().reserveRatioAtLeastOne()) {
      return ratio;
    }
    // HighMem's 0 is a default of later times; before it was 32.
    return zone.type() == ZoneType.HIGHMEM ? OLD_HIGHMEM_RATIO : 1;
  }

  private static void setPerCpuLimits(PhysicalMemory memory) {
    for (Zone zone : memory.zones()) {
      PcpLimits limits =
          memory.rules().pcpHighOrders() ? limits(memory, zone) : oldLimits(memory, zone);
      for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
        zone.pcp(cpu).limits(limits.highMin, limits.highMax, limits.batch);
        zone.pcp(cpu).updateTrimFrom();
      }
    }
  }

  private record PcpLimits(int highMin, int highMax, int batch) {}

  /** {@code zone_set_pageset_high_and_batch}. */
  private static PcpLimits limits(PhysicalMemory memory, Zone zone) {
    int fraction = memory.spec().sysctls().percpuPagelistHighFraction();
    int batch = Math.max(1, batchSize(memory, zone));
    if (fraction == 0 && memory.pcpMaxOrder() > LINUX_PCP_MAX_ORDER) {
      int half = high(memory, zone, batch, LARGE_LISTS_FRACTION);
      return new PcpLimits(half, half, batch);
    }
    int high = high(memory, zone, batch, fraction);
    boolean fixed = fraction > 0 || !memory.rules().pcpAutoTune();
    return new PcpLimits(high, fixed ? high : high(memory, zone, batch, MIN_HIGH_FRACTION), batch);
  }

  /** {@code pageset_set_high_and_batch}, up to 5.13: six batches, or a fraction of the zone. */
  private static PcpLimits oldLimits(PhysicalMemory memory, Zone zone) {
    int fraction = memory.spec().sysctls().percpuPagelistHighFraction();
    if (fraction == 0) {
      int batch = batchSize(memory, zone);
      return new PcpLimits(6 * batch, 6 * batch, Math.max(1, batch));
    }
    int high = (int) (zone.managed / fraction);
    int batch = Math.clamp(high / 4, 1, memory.spec().pageShift() * 8);
    return new PcpLimits(high, high, batch);
  }

  /**
   * About a thousandth of the zone, at most a mebibyte (half of one up to 4.18), by four, as a
   * power of two less one.
   */
  static int batchSize(PhysicalMemory memory, Zone zone) {
    int most = memory.rules().pcpLargeBatch() ? ONE_MEBIBYTE : HALF_MEBIBYTE;
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
