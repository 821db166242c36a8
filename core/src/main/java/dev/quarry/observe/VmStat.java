package dev.quarry.observe;

import dev.quarry.machine.ZoneType;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PerCpuPages;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneStat;
import java.util.Locale;

/**
 * {@code /proc/vmstat}: all statistics and events, a line each, under the names and in the order of
 * {@code vmstat_text} (mm/vmstat.c, 6.18). Events that no floor counts yet are 0.
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

  private final PhysicalMemory memory;
  private final StringBuilder out = new StringBuilder();

  private VmStat(PhysicalMemory memory) {
    this.memory = memory;
  }

  /** The file's text. */
  public static String text(PhysicalMemory memory) {
    VmStat file = new VmStat(memory);
    file.statistics();
    for (String event : EVENTS.strip().split("\\s+")) {
      file.event(event);
    }
    file.line("nr_unstable", 0);
    return file.out.toString();
  }

  private void line(String name, long value) {
    out.append(name).append(' ').append(value).append('\n');
  }

  private void statistics() {
    for (ZoneStat stat : ZoneStat.values()) {
      line(stat.label(), memory.zones().stream().mapToLong(zone -> zone.stat(stat)).sum());
    }
    NumaEvents numa = new NumaEvents(0, 0, 0, 0, 0, 0);
    for (Zone zone : memory.zones()) {
      numa = numa.plus(NumaEvents.of(zone));
    }
    line("numa_hit", numa.hit());
    line("numa_miss", numa.miss());
    line("numa_foreign", numa.foreign());
    line("numa_interleave", numa.interleave());
    line("numa_local", numa.local());
    line("numa_other", numa.other());
    for (NodeStat stat : NodeStat.values()) {
      line(stat.label(), memory.nodes().stream().mapToLong((Node node) -> node.stat(stat)).sum());
    }
    line("nr_dirty_threshold", 0);
    line("nr_dirty_background_threshold", 0);
    line("nr_memmap_pages", 0);
    line("nr_memmap_boot_pages", 0);
  }

  private void event(String name) {
    if (!name.endsWith("*")) {
      line(name, name.equals("pgfree") ? freed() : 0);
      return;
    }
    String family = name.substring(0, name.length() - 1);
    for (int index = 0; index < memory.spec().zones().size(); index++) {
      ZoneType type = memory.spec().zones().get(index).type();
      String label = type == ZoneType.HIGHMEM ? "high" : type.name().toLowerCase(Locale.ROOT);
      line(family + label, family.equals("pgalloc_") ? allocated(index) : 0);
    }
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

  private long freed() {
    long pages = 0;
    for (Zone zone : memory.zones()) {
      for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
        PerCpuPages pcp = zone.pcp(cpu);
        pages += pcp.freedPages();
      }
    }
    return pages;
  }
}
