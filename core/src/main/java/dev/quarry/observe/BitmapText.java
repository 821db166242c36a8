package dev.quarry.observe;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/** Sets of CPUs and nodes as text: the kernel's print formats %*pbl and %*pb (lib/vsprintf.c). */
final class BitmapText {
  private static final int CHUNK_BITS = 32;

  private BitmapText() {}

  /** Ranges, such as {@code 0-3,8}; nothing for the empty set. */
  static String list(BitSet bits) {
    List<String> ranges = new ArrayList<>();
    for (int first = bits.nextSetBit(0); first >= 0; ) {
      int end = bits.nextClearBit(first);
      ranges.add(end - first == 1 ? "" + first : first + "-" + (end - 1));
      first = bits.nextSetBit(end);
    }
    return String.join(",", ranges);
  }

  /** Hexadecimal chunks of 32 bits, the highest first and no wider than {@code size} needs. */
  static String mask(BitSet bits, int size) {
    List<String> chunks = new ArrayList<>();
    for (int first = 0; first < size; first += CHUNK_BITS) {
      int width = Math.min(CHUNK_BITS, size - first);
      long[] words = bits.get(first, first + width).toLongArray();
      String form = "%0" + (width + 3) / 4 + "x";
      chunks.addFirst(String.format(Locale.ROOT, form, words.length == 0 ? 0 : words[0]));
    }
    return String.join(",", chunks);
  }
}
