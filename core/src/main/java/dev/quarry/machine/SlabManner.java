package dev.quarry.machine;

import java.util.Locale;

/** How a machine's object caches serve their CPUs. */
public enum SlabManner {
  /** A CPU owns slabs: it allocates from them and frees into them without a lock. */
  OWNED,

  /**
   * As the textbook and Linux's mm/slab.c have it: arrays of objects for each CPU, shared and alien
   * arrays, over lists for each node under a lock.
   */
  TEXTBOOK;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name in specifications. */
  public String label() {
    return label;
  }

  /**
   * The manner of a name.
   *
   * @throws IllegalArgumentException naming both
   */
  public static SlabManner ofLabel(String label) {
    for (SlabManner manner : values()) {
      if (manner.label.equals(label)) {
        return manner;
      }
    }
    throw new IllegalArgumentException("slab is owned or textbook, not \"" + label + "\"");
  }
}
