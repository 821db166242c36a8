package dev.quarry.machine;

import java.util.Map;
import java.util.OptionalLong;

/**
 * The settings under {@code /proc/sys/vm} that shape the page allocator, and the machine's own.
 *
 * @param minFreeKbytes {@code vm.min_free_kbytes}; empty: by the kernel's formula
 * @param khugepagedRaise whether khugepaged raises min_free_kbytes to its recommended value
 * @param lowmemReserveRatio {@code vm.lowmem_reserve_ratio} by zone type; 0 switches a zone's off
 * @param watermarkScaleFactor {@code vm.watermark_scale_factor}, in 1/10,000 of a zone
 * @param watermarkBoostFactor {@code vm.watermark_boost_factor}, in 1/10,000 of the high mark
 * @param percpuPagelistHighFraction {@code vm.percpu_pagelist_high_fraction}; 0: tuned by the
 *     kernel
 * @param percpuLists false: no per-CPU page lists, every request goes to the zone
 * @param percpuMaxOrder largest order kept on per-CPU lists; Linux's is 3 (and the huge page's)
 */
public record Sysctls(
    OptionalLong minFreeKbytes,
    boolean khugepagedRaise,
    Map<ZoneType, Integer> lowmemReserveRatio,
    int watermarkScaleFactor,
    int watermarkBoostFactor,
    int percpuPagelistHighFraction,
    boolean percpuLists,
    int percpuMaxOrder) {
  public Sysctls {
    lowmemReserveRatio = Map.copyOf(lowmemReserveRatio);
  }

  /** What Linux 6.18 starts with. */
  public static final Sysctls DEFAULTS =
      new Sysctls(
          OptionalLong.empty(),
          false,
          Map.of(
              ZoneType.DMA, 256,
              ZoneType.DMA32, 256,
              ZoneType.NORMAL, 32,
              ZoneType.HIGHMEM, 0,
              ZoneType.MOVABLE, 0),
          10,
          15_000,
          0,
          true,
          3);
}
