package dev.quarry.machine.stall;

/** What tasks wait for: {@code enum psi_res} (include/linux/psi_types.h, 6.18), as far as kept. */
public enum Resource {
  /** A disk. */
  IO,
  /** Memory: reclaim, compaction, and pages that were taken away while they were in use. */
  MEMORY
}
