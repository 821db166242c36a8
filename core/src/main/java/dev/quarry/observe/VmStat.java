package dev.quarry.observe;

import dev.quarry.machine.ZoneType;
import dev.quarry.physical.DirectMap;
import dev.quarry.physical.DirtyLimits;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneStat;
import java.util.Locale;

/**
 * {@code /proc/vmstat}: all statistics and events, a line each, under the names and in the order of
 * {@code vmstat_text} (mm/vmstat.c, 6.18), as a kernel with the {@linkplain dev.quarry.observe
 * assumed configuration} has them. Events that no floor counts yet are 0.
 *
 * <p>What has been freed, less what has been allocated, is what can be allocated now, as booting
 * frees all memory:
 *
 * <pre>
 *   pgfree - sum of pgalloc_* == managed pages - allocated pages
 * </pre>
 */
public final class VmStat {
  /** The events in the kernel's order; {@code *} stands for each zone type that was built. */
  private static final String EVENTS =
      """
      pgpgin pgpgout pswpin pswpout
      pgalloc_* allocstall_* pgskip_* pgfree
      pgactivate pgdeactivate pglazyfree pgfault
      pgmajfault pglazyfreed pgrefill pgreuse
      pgsteal_kswapd pgsteal_direct pgsteal_khugepaged pgsteal_proactive
      pgscan_kswapd pgscan_direct pgscan_khugepaged pgscan_proactive
      pgscan_direct_throttle pgscan_anon pgscan_file pgsteal_anon
      pgsteal_file zone_reclaim_success zone_reclaim_failed pginodesteal
      slabs_scanned kswapd_inodesteal kswapd_low_wmark_hit_quickly kswapd_high_wmark_hit_quickly
      pageoutrun pgrotated drop_pagecache drop_slab
      oom_kill numa_pte_updates numa_huge_pte_updates numa_hint_faults
      numa_hint_faults_local numa_pages_migrated pgmigrate_success pgmigrate_fail
      thp_migration_success thp_migration_fail thp_migration_split compact_migrate_scanned
      compact_free_scanned compact_isolated compact_stall compact_fail
      compact_success compact_daemon_wake compact_daemon_migrate_scanned compact_daemon_free_scanned
      htlb_buddy_alloc_success htlb_buddy_alloc_fail unevictable_pgs_culled unevictable_pgs_scanned
      unevictable_pgs_rescued unevictable_pgs_mlocked unevictable_pgs_munlocked unevictable_pgs_cleared
      unevictable_pgs_stranded thp_fault_alloc thp_fault_fallback thp_fault_fallback_charge
      thp_collapse_alloc thp_collapse_alloc_failed thp_file_alloc thp_file_fallback
      thp_file_fallback_charge thp_file_mapped thp_split_page thp_split_page_failed
      thp_deferred_split_page thp_underused_split_page thp_split_pmd thp_scan_exceed_none_pte
      thp_scan_exceed_swap_pte thp_scan_exceed_share_pte thp_split_pud thp_zero_page_alloc
      thp_zero_page_alloc_failed thp_swpout thp_swpout_fallback balloon_inflate
      balloon_deflate balloon_migrate swap_ra swap_ra_hit
      swpin_zero swpout_zero ksm_swpin_copy cow_ksm
      zswpin zswpout zswpwb direct_map_level2_splits
      direct_map_level3_splits direct_map_level2_collapses direct_map_level3_collapses
      """;

  private static final int SECTORS_PER_KIB = 2;

  private final PhysicalMemory memory;
  private final StringBuilder out = new StringBuilder();

  private VmStat(PhysicalMemory memory) {
    this.memory = memory;
  }

  /** The file's text. */
  public static String text(PhysicalMemory memory) {
    VmStat file = new VmStat(memory);
    statistics(file.out, memory, Sums.of(memory));
    DirtyLimits dirty = DirtyLimits.of(memory);
    line(file.out, "nr_dirty_threshold", dirty.threshold());
    line(file.out, "nr_dirty_background_threshold", dirty.background());
    // The descriptors are the host's memory, none of the machine's.
    line(file.out, "nr_memmap_pages", 0);
    line(file.out, "nr_memmap_boot_pages", 0);
    for (String event : EVENTS.strip().split("\\s+")) {
      file.event(event);
    }
    line(file.out, "nr_unstable", 0);
    return file.out.toString();
  }

  static void line(StringBuilder out, String name, long value) {
    out.append(name).append(' ').append(value).append('\n');
  }

  /** What is kept for each zone and each node; a node's own file has these lines too. */
  static void statistics(StringBuilder out, PhysicalMemory memory, Sums sums) {
    for (ZoneStat stat : ZoneStat.values()) {
      line(out, stat.label(), sums.stat(stat));
    }
    sums.numa().byName().forEach((name, count) -> line(out, name, count));
    long hugePage = new DirectMap(memory).largeEntryPages();
    for (NodeStat stat : NodeStat.values()) {
      long value = sums.stat(stat);
      line(out, stat.label(), stat.isShownInHugePages() ? value / hugePage : value);
    }
  }

  private void event(String name) {
    if (!name.endsWith("*")) {
      line(out, name, name.equals("pgfree") ? freed() : counted(name));
      return;
    }
    String family = name.substring(0, name.length() - 1);
    for (int index = 0; index < memory.spec().zones().size(); index++) {
      ZoneType type = memory.spec().zones().get(index).type();
      String label = type == ZoneType.HIGHMEM ? "high" : type.name().toLowerCase(Locale.ROOT);
      line(out, family + label, zoneEvent(family, index));
    }
  }

  private long counted(String name) {
    for (VmEvent event : VmEvent.values()) {
      if (event.label().equals(name)) {
        long count = memory.events().sum(event);
        boolean sectors = event == VmEvent.PGPGIN || event == VmEvent.PGPGOUT;
        return sectors ? count / SECTORS_PER_KIB : count;
      }
    }
    return 0;
  }

  private long zoneEvent(String family, int zoneIndex) {
    return switch (family) {
      case "pgalloc_" -> allocated(zoneIndex);
      case "allocstall_" -> memory.allocStalls(zoneIndex);
      default -> 0;
    };
  }

  private long allocated(int zoneIndex) {
    long pages = 0;
    for (Node node : memory.nodes()) {
      Zone zone = node.zone(zoneIndex);
      for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
        pages += zone.pcp(cpu).allocatedPages();
      }
    }
    return pages;
  }

  /** Pages freed by callers, and those that booting gave to the allocator by freeing them. */
  private long freed() {
    long pages = 0;
    for (Zone zone : memory.zones()) {
      pages += zone.presentRanges().minus(memory.reserved()).frames();
      for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
        pages += zone.pcp(cpu).freedPages();
      }
    }
    return pages;
  }
}
