package dev.quarry.observe;

import dev.quarry.machine.Sysctls;
import dev.quarry.machine.ZoneSpec;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.Reclaim;
import dev.quarry.reclaim.ReclaimSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the page allocator in {@code /proc/sys/vm}: {@code page_alloc_sysctl_table}
 * (mm/page_alloc.c, 6.18), printed as {@code proc_dointvec} does. {@code min_free_kbytes} is the
 * value in force: set, or by the kernel's formula, or raised by khugepaged. Those of reclaim are in
 * {@code vmscan_sysctl_table} (mm/vmscan.c).
 */
final class SysVm {
  private static final Map<String, Function<PhysicalMemory, String>> FILES = new LinkedHashMap<>();

  static {
    FILES.put("min_free_kbytes", memory -> line(memory.minFreeKbytes()));
    FILES.put("watermark_boost_factor", memory -> line(sysctls(memory).watermarkBoostFactor()));
    FILES.put("watermark_scale_factor", memory -> line(memory.scaleFactor()));
    FILES.put(
        "percpu_pagelist_high_fraction",
        memory -> line(sysctls(memory).percpuPagelistHighFraction()));
    FILES.put("lowmem_reserve_ratio", SysVm::lowmemReserveRatio);
  }

  private SysVm() {}

  /** The files by name. */
  static Map<String, Function<PhysicalMemory, String>> all() {
    return FILES;
  }

  /** Settings of reclaim, by name; without it those that it starts with. */
  static Map<String, Function<PhysicalMemory, String>> ofReclaim(@Nullable Reclaim reclaim) {
    ReclaimSettings settings = reclaim == null ? new ReclaimSettings() : reclaim.settings();
    Map<String, Function<PhysicalMemory, String>> files = new LinkedHashMap<>();
    files.put("swappiness", memory -> line(settings.swappiness()));
    files.put("page-cluster", memory -> line(settings.pageCluster()));
    files.putAll(CompactionSysctls.texts(reclaim));
    return files;
  }

  private static Sysctls sysctls(PhysicalMemory memory) {
    return memory.spec().sysctls();
  }

  private static String line(long value) {
    return value + "\n";
  }

  /** One number for each zone type that was built. */
  private static String lowmemReserveRatio(PhysicalMemory memory) {
    List<String> ratios = new ArrayList<>();
    for (ZoneSpec zone : memory.spec().zones()) {
      ratios.add("" + sysctls(memory).lowmemReserveRatio().getOrDefault(zone.type(), 0));
    }
    return String.join("\t", ratios) + "\n";
  }
}
