package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The list of a zone's free blocks: {@code 12*4kB (UM) 11*8kB (UM) 0*16kB = 136kB}.
 *
 * @param sizes what the list says, smallest block first
 * @param sumKb what it adds up to, as printed; null where that is cut off
 * @param line where it begins
 */
record BlockLine(List<Size> sizes, @Nullable Long sumKb, long line) {
  /** Blocks of one size, in kB. */
  record Size(long kb, long count, String types) {}

  /** Reads a list; {@code empty} is one without sizes. */
  static BlockLine read(Statement statement, int from, Problems problems) {
    String text = statement.text();
    List<Size> sizes = new ArrayList<>();
    Cursor cursor = new Cursor(text, from);
    cursor.skipSpaces();
    if (cursor.skip("empty")) {
      return new BlockLine(sizes, 0L, statement.line());
    }
    while (!cursor.atEnd() && cursor.here() != '=') {
      Size size = size(cursor, statement, problems);
      if (size == null) {
        return new BlockLine(sizes, null, statement.line());
      }
      sizes.add(size);
      cursor.skipSpaces();
    }
    Long sum = null;
    if (cursor.skip('=')) {
      cursor.skipSpaces();
      String digits = cursor.digits();
      if (!digits.isEmpty() && cursor.skip("kB")) {
        sum = problems.number(digits, statement.line(), "the sum of the blocks");
      }
    }
    return new BlockLine(sizes, sum, statement.line());
  }

  /** One size; null if it is cut off or no such thing. */
  private static @Nullable Size size(Cursor cursor, Statement statement, Problems problems) {
    long line = statement.lineAt(cursor.at());
    String count = cursor.digits();
    if (count.isEmpty() || !cursor.skip('*')) {
      return null;
    }
    String kb = cursor.digits();
    if (kb.isEmpty() || !cursor.skip("kB")) {
      return null;
    }
    Long blocks = problems.number(count, line, "the count of " + kb + "kB blocks");
    Long size = problems.number(kb, line, "the size of a block");
    if (blocks == null || size == null) {
      return null;
    }
    return new Size(size, blocks, types(cursor, statement.text()));
  }

  private static String types(Cursor cursor, String text) {
    int from = cursor.at();
    cursor.skipSpaces();
    int close = text.indexOf(')', cursor.at());
    if (!cursor.skip('(') || close < 0) {
      cursor.moveTo(from);
      return "";
    }
    String letters = text.substring(cursor.at(), close).replace(" ", "");
    cursor.moveTo(close + 1);
    return letters;
  }

  /** Whether its end was printed. */
  boolean isWhole() {
    return sumKb != null;
  }

  /**
   * The blocks by order, without gaps.
   *
   * @return null, and a problem, where the list is not one of the kernel's
   */
  @Nullable List<BlockCount> byOrder(int pageKb, String zone, Problems problems) {
    List<BlockCount> blocks = new ArrayList<>();
    for (Size size : sizes) {
      int order = blocks.size();
      if (order > 62 || size.kb() != (long) pageKb << order) {
        problems.add(
            line,
            zone
                + ": blocks of "
                + size.kb()
                + " kB stand where those of order "
                + order
                + " belong, with pages of "
                + pageKb
                + " kB; the list is left out");
        return null;
      }
      blocks.add(new BlockCount(order, size.count(), size.types()));
    }
    return List.copyOf(blocks);
  }

  /** What the sizes add up to, in kB; -1 if that is beyond 64 bits. */
  long totalKb() {
    long total = 0;
    for (Size size : sizes) {
      long high = Math.multiplyHigh(size.kb(), size.count());
      long low = size.kb() * size.count();
      if (high != 0 || low < 0 || total + low < 0) {
        return -1;
      }
      total += low;
    }
    return total;
  }
}
