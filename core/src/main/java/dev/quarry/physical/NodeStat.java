package dev.quarry.physical;

import java.util.Locale;

/**
 * The statistics kept for each node: {@code enum node_stat_item} (include/linux/mmzone.h, 6.18), in
 * its order and under the names of {@code /proc/vmstat}. Kept in pages, unless the name says
 * otherwise. Floors above this one write them.
 */
public enum NodeStat {
  NR_INACTIVE_ANON,
  NR_ACTIVE_ANON,
  NR_INACTIVE_FILE,
  NR_ACTIVE_FILE,
  NR_UNEVICTABLE,
  NR_SLAB_RECLAIMABLE,
  NR_SLAB_UNRECLAIMABLE,
  NR_ISOLATED_ANON,
  NR_ISOLATED_FILE,
  WORKINGSET_NODES,
  WORKINGSET_REFAULT_ANON,
  WORKINGSET_REFAULT_FILE,
  WORKINGSET_ACTIVATE_ANON,
  WORKINGSET_ACTIVATE_FILE,
  WORKINGSET_RESTORE_ANON,
  WORKINGSET_RESTORE_FILE,
  WORKINGSET_NODERECLAIM,
  NR_ANON_PAGES,
  NR_MAPPED,
  NR_FILE_PAGES,
  NR_DIRTY,
  NR_WRITEBACK,
  NR_SHMEM,
  NR_SHMEM_HUGEPAGES,
  NR_SHMEM_PMDMAPPED,
  NR_FILE_HUGEPAGES,
  NR_FILE_PMDMAPPED,
  NR_ANON_TRANSPARENT_HUGEPAGES,
  NR_VMSCAN_WRITE,
  NR_VMSCAN_IMMEDIATE_RECLAIM,
  NR_DIRTIED,
  NR_WRITTEN,
  NR_THROTTLED_WRITTEN,
  NR_KERNEL_MISC_RECLAIMABLE,
  NR_FOLL_PIN_ACQUIRED,
  NR_FOLL_PIN_RELEASED,
  NR_KERNEL_STACK,
  NR_PAGE_TABLE_PAGES,
  NR_SEC_PAGE_TABLE_PAGES,
  NR_IOMMU_PAGES,
  NR_SWAPCACHED,
  PGPROMOTE_SUCCESS,
  PGPROMOTE_CANDIDATE,
  PGPROMOTE_CANDIDATE_NRL,
  PGDEMOTE_KSWAPD,
  PGDEMOTE_DIRECT,
  PGDEMOTE_KHUGEPAGED,
  PGDEMOTE_PROACTIVE,
  NR_HUGETLB,
  NR_BALLOON_PAGES,
  NR_KERNEL_FILE_PAGES;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name that the kernel prints. */
  public String label() {
    return label;
  }

  /**
   * Whether files show the statistic in huge pages, though it is kept in pages: {@code
   * vmstat_item_print_in_thp} (include/linux/mmzone.h, 6.18).
   */
  public boolean isShownInHugePages() {
    return switch (this) {
      case NR_ANON_TRANSPARENT_HUGEPAGES,
          NR_FILE_HUGEPAGES,
          NR_SHMEM_HUGEPAGES,
          NR_SHMEM_PMDMAPPED,
          NR_FILE_PMDMAPPED ->
          true;
      default -> false;
    };
  }
}
