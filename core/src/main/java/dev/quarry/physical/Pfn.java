package dev.quarry.physical;

import java.util.Locale;

/** Page frame numbers are plain ints; this class holds the one that stands for no frame. */
public final class Pfn {
  /** No frame: the end of a list, or an allocation that failed. */
  public static final int NONE = -1;

  private Pfn() {}

  /** Formats a frame number as the kernel's {@code pfn:%05lx}. */
  public static String hex(int pfn) {
    return pfn == NONE ? "none" : String.format(Locale.ROOT, "%05x", pfn);
  }
}
