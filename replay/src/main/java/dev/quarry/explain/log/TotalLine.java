package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A line that is a number and what it counts: {@code 2047868 pages RAM}. Kernels of 2.6 and 3.x say
 * some of them in other words; they are given in those of today.
 */
final class TotalLine {
  private static final Map<String, String> NAMES = new TreeMap<>();

  static {
    for (String name :
        new String[] {
          "total pagecache pages",
          "pages in swap cache",
          "pages RAM",
          "pages HighMem/MovableOnly",
          "pages reserved",
          "pages cma reserved",
          "pages hwpoisoned",
          "pages shared",
          "pages non-shared",
          "pages slab",
          "pages in pagetable cache",
        }) {
      NAMES.put(name, name);
    }
    NAMES.put("pages of RAM", "pages RAM");
    NAMES.put("pages of HIGHMEM", "pages HighMem/MovableOnly");
    NAMES.put("reserved pages", "pages reserved");
    NAMES.put("pages HighMem", "pages HighMem/MovableOnly");
    NAMES.put("pages swap cached", "pages in swap cache");
    NAMES.put("free pages", "free pages");
  }

  private TotalLine() {}

  /** Whether a line is one, or the beginning of one. */
  static boolean mayBegin(String text) {
    String rest = rest(text);
    if (rest == null) {
      return false;
    }
    for (String name : NAMES.keySet()) {
      if (name.startsWith(rest)) {
        return true;
      }
    }
    return false;
  }

  /** Under which name it is kept; null if it is not whole. */
  static @Nullable String name(String text) {
    String rest = rest(text);
    return rest == null ? null : NAMES.get(rest);
  }

  /** What follows the number; null if there is none. */
  private static @Nullable String rest(String text) {
    Cursor cursor = new Cursor(text);
    if (cursor.digits().isEmpty() || !(cursor.atEnd() || cursor.here() == ' ')) {
      return null;
    }
    return text.substring(cursor.at()).strip();
  }

  /** How a line goes on with one that is not whole. */
  static Seam seam(String open, String more) {
    String rest = rest(open);
    if (rest == null) {
      return Seam.NONE;
    }
    if (mayBegin(open + ' ' + more)) {
      return Seam.SPACE;
    }
    return !Cursor.isNumber(more) && mayBegin(open + more) ? Seam.GLUE : Seam.NONE;
  }
}
