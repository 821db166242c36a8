package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;
import java.util.Set;

/**
 * The words of a line that is a list. By their shapes it shows whether another line goes on with
 * the list, and where words were cut.
 */
enum WordShape {
  /**
   * {@code free:12kB}, {@code shmem_thp:} with {@code 0kB} behind it, {@code all_unreclaimable?
   * no}.
   */
  COUNTER {
    @Override
    boolean is(String word, String before) {
      if (before.endsWith(":") && isSize(word)) {
        return true;
      }
      if (before.endsWith("?")) {
        return "yes".equals(word) || "no".equals(word);
      }
      int colon = word.indexOf(':');
      if (colon <= 0) {
        return "all_unreclaimable?".equals(word);
      }
      boolean named = isName(word, colon);
      String value = word.substring(colon + 1);
      boolean unitless = word.startsWith("pages_scanned:") && Cursor.isNumber(value);
      boolean apart = value.isEmpty() && APART.contains(word);
      return named && (apart || isSize(value) || unitless);
    }
  },
  /** {@code free:12}. */
  PAGES {
    @Override
    boolean is(String word, String before) {
      int colon = word.indexOf(':');
      return colon > 0 && isName(word, colon) && Cursor.isNumber(word.substring(colon + 1));
    }
  },
  /** {@code 31*512kB}, {@code (UMH)}, {@code =}, {@code 14332kB}. */
  BLOCKS {
    @Override
    boolean is(String word, String before) {
      int star = word.indexOf('*');
      if (star > 0) {
        return Cursor.isNumber(word.substring(0, star)) && isSize(word.substring(star + 1));
      }
      if ("=".equals(word)) {
        return true;
      }
      if (before.equals("=")) {
        return isSize(word);
      }
      return word.length() > 2 && word.charAt(0) == '(' && word.charAt(word.length() - 1) == ')';
    }
  },
  NUMBERS {
    @Override
    boolean is(String word, String before) {
      return Cursor.isNumber(word);
    }
  },
  /** {@code hugepages_total=0}, {@code hugepages_size=2048kB}. */
  HUGE {
    @Override
    boolean is(String word, String before) {
      int equals = word.indexOf('=');
      String value = word.substring(equals + 1);
      return word.startsWith("hugepages_")
          && equals > 0
          && (Cursor.isNumber(value) || isSize(value));
    }
  };

  /** The counters behind whose colon kernels put a blank. */
  private static final Set<String> APART =
      Set.of("shmem_thp:", "shmem_pmdmapped:", "anon_thp:", "file_thp:", "file_pmdmapped:");

  /** Whether a word is whole, behind another. */
  abstract boolean is(String word, String before);

  /** How a line goes on with an open one. */
  Seam seam(String open, String more) {
    int blank = open.lastIndexOf(' ');
    String tail = open.substring(blank + 1);
    String beforeTail =
        blank < 0 ? "" : open.substring(open.lastIndexOf(' ', blank - 1) + 1, blank);
    int end = wordEnd(more, 0);
    String first = more.substring(0, end);
    Seam seam;
    if (is(tail, beforeTail) && is(first, tail)) {
      seam = Seam.SPACE;
    } else if (!is(tail, beforeTail) && is(tail + first, beforeTail)) {
      seam = Seam.GLUE;
    } else if (isHead(open) && is(first, tail)) {
      seam = Seam.SPACE;
    } else {
      return Seam.NONE;
    }
    return restFits(more, end, first) ? seam : Seam.NONE;
  }

  /** A list of which only the name is there yet. */
  private static boolean isHead(String open) {
    return open.endsWith(":");
  }

  /** Whether all words but the last, which may be cut, are whole. */
  private boolean restFits(String more, int from, String first) {
    String before = first;
    int at = from;
    while (at < more.length()) {
      while (at < more.length() && more.charAt(at) == ' ') {
        at++;
      }
      int end = wordEnd(more, at);
      String word = more.substring(at, end);
      if (end < more.length() && !is(word, before)) {
        return false;
      }
      before = word;
      at = end;
    }
    return true;
  }

  private static int wordEnd(String text, int from) {
    int end = text.indexOf(' ', from);
    return end < 0 ? text.length() : end;
  }

  /** {@code 12kB} or {@code 12KB}. */
  static boolean isSize(String word) {
    int digits = word.length() - 2;
    return digits > 0
        && word.charAt(digits + 1) == 'B'
        && (word.charAt(digits) == 'k' || word.charAt(digits) == 'K')
        && Cursor.isNumber(word.substring(0, digits));
  }

  private static boolean isName(String word, int end) {
    for (int i = 0; i < end; i++) {
      char c = word.charAt(i);
      if (!Character.isLetterOrDigit(c) && c != '_' && c != '(' && c != ')' && c != '-') {
        return false;
      }
    }
    return true;
  }
}
