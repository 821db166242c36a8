package dev.quarry.virtual.tlb;

import java.util.Locale;

/**
 * The size of a TLB that software fills.
 *
 * @param entries pairs of pages
 * @param wired how many of the first the random register never names
 * @param seed of the random register
 */
public record MipsGeometry(int entries, int wired, long seed) {
  private static final int MOST_ENTRIES = 1 << 10;

  /** 64 pairs, none of them wired. */
  public static final MipsGeometry R4000 = new MipsGeometry(64, 0, 1);

  /** Checks it. */
  public MipsGeometry {
    if (entries < 2 || entries > MOST_ENTRIES) {
      throw new IllegalArgumentException(
          entries + " pairs of pages are not from 2 to " + MOST_ENTRIES);
    }
    if (wired < 0 || wired >= entries) {
      throw new IllegalArgumentException(
          wired + " wired entries leave none of " + entries + " to be replaced");
    }
  }

  /** It in a setting's words: {@code mips:64}. */
  public String text() {
    String wiredText = wired == 0 ? "" : String.format(Locale.ROOT, ", %d wired", wired);
    return "mips:" + entries + wiredText;
  }
}
