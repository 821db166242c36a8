package dev.quarry.physical;

import java.util.Locale;

/** Events that floors above the page allocator count: {@code enum vm_event_item} (6.18). */
public enum VmEvent {
  PGFAULT,
  PGMAJFAULT,
  PGREUSE,
  PGLAZYFREE,
  THP_FAULT_ALLOC,
  THP_FAULT_FALLBACK,
  THP_COLLAPSE_ALLOC,
  THP_COLLAPSE_ALLOC_FAILED,
  THP_SPLIT_PAGE,
  THP_SPLIT_PAGE_FAILED,
  THP_DEFERRED_SPLIT_PAGE,
  THP_SPLIT_PMD,
  THP_SCAN_EXCEED_NONE_PTE,
  THP_SCAN_EXCEED_SWAP_PTE,
  THP_SCAN_EXCEED_SHARE_PTE,
  THP_ZERO_PAGE_ALLOC,
  THP_ZERO_PAGE_ALLOC_FAILED,

  /** In sectors of 512 bytes until they are shown: read from files, and written to them. */
  PGPGIN,
  PGPGOUT,
  PSWPIN,
  PSWPOUT,
  PGACTIVATE,
  PGDEACTIVATE,
  PGLAZYFREED,
  PGREFILL,
  PGSTEAL_KSWAPD,
  PGSTEAL_DIRECT,
  PGSCAN_KSWAPD,
  PGSCAN_DIRECT,
  PGSCAN_ANON,
  PGSCAN_FILE,
  PGSTEAL_ANON,
  PGSTEAL_FILE,
  SLABS_SCANNED,
  OOM_KILL,
  PAGEOUTRUN,
  UNEVICTABLE_PGS_CULLED,
  UNEVICTABLE_PGS_RESCUED,
  UNEVICTABLE_PGS_MLOCKED,
  UNEVICTABLE_PGS_MUNLOCKED,
  SWAP_RA,
  SWAP_RA_HIT,
  SWPIN_ZERO,
  SWPOUT_ZERO;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name in {@code /proc/vmstat}. */
  public String label() {
    return label;
  }
}
