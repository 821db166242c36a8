package dev.quarry.explain.show;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Numbers and lines of text as all pages write them. */
final class Words {
  /** The longest line of the page that goes into a ticket. */
  static final int WIDTH = 100;

  private static final long KB_IN_MIB = 1 << 10;
  private static final long KB_IN_GIB = 1 << 20;
  private static final int WHOLE_ENOUGH = 10;

  private Words() {}

  /** 1,234,567. */
  static String number(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** With its sign: +12, -3, 0. */
  static String signed(long n) {
    return n > 0 ? "+" + number(n) : number(n);
  }

  /** 1 page, 2 pages. */
  static String count(long n, String noun) {
    return number(n) + " " + noun + (n == 1 ? "" : "s");
  }

  /** A size in the largest unit that shows it well: 64 kB, 3.2 MiB, 12 GiB. */
  static String size(long kb) {
    if (Math.abs(kb) < KB_IN_MIB) {
      return kb + " kB";
    }
    return Math.abs(kb) < KB_IN_GIB ? unit(kb, KB_IN_MIB, "MiB") : unit(kb, KB_IN_GIB, "GiB");
  }

  private static String unit(long kb, long kbInUnit, String name) {
    boolean whole = kb % kbInUnit == 0 || Math.abs(kb) >= WHOLE_ENOUGH * kbInUnit;
    String digits = whole ? "%,.0f %s" : "%,.1f %s";
    return String.format(Locale.ROOT, digits, kb / (double) kbInUnit, name);
  }

  /** 12.3 %. */
  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** Text of a log without what a terminal would obey. */
  static String clean(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().forEach(c -> shown.appendCodePoint(isPlain(c) ? c : '?'));
    return shown.toString();
  }

  private static boolean isPlain(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** Breaks a text at blanks into lines; a word that is longer than a line is cut. */
  static List<String> wrapped(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : clean(text).strip().split(" +")) {
      String rest = word;
      while (!rest.isEmpty()) {
        int room = width - line.length() - (line.isEmpty() ? 0 : 1);
        if (rest.length() <= room) {
          line.append(line.isEmpty() ? "" : " ").append(rest);
          rest = "";
        } else if (line.isEmpty()) {
          lines.add(rest.substring(0, width));
          rest = rest.substring(width);
        } else {
          lines.add(line.toString());
          line.setLength(0);
        }
      }
    }
    if (!line.isEmpty() || lines.isEmpty()) {
      lines.add(line.toString());
    }
    return lines;
  }

  /** A text as lines of the page, the first with one beginning and the others with another. */
  static void paragraph(StringBuilder out, String first, String others, String text) {
    String begin = first;
    for (String line : wrapped(text, WIDTH - Math.max(first.length(), others.length()))) {
      out.append((begin + line).stripTrailing()).append('\n');
      begin = others;
    }
  }
}
