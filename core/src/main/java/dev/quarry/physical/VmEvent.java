package dev.quarry.physical;

import java.util.Locale;

/** Events that floors above the page allocator count: {@code enum vm_event_item} (6.18). */
public enum VmEvent {
  PGFAULT,
  PGMAJFAULT,
  PGREUSE,
  PGLAZYFREE,

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
