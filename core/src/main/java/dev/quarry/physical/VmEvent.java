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
  PGPGOUT;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name in {@code /proc/vmstat}. */
  public String label() {
    return label;
  }
}
