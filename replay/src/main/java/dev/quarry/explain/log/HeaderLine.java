package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;

/** The line that says why memory is shown, in the words of each era. */
final class HeaderLine {
  private static final String[] KEYS = {
    "order:",
    "order=",
    "mode:",
    "gfp_mask=",
    "nodemask=",
    "cpuset=",
    "mems_allowed=",
    "oom_score_adj=",
    "oomkilladj=",
    "oom_adj=",
    "(GFP_",
    "(__GFP_",
    "bytes",
    "failure",
    "failed",
    "page order",
    "exceeds",
    "vm_struct",
    "size",
    "to allocate",
    "allocate pages",
    "order "
  };

  private static final String FAILURE = "page allocation failure";

  private HeaderLine() {}

  /** Whether a line is one. */
  static boolean is(String text) {
    return isPages(text) || isOom(text) || isVmalloc(text) || isSysRq(text);
  }

  static boolean isPages(String text) {
    int at = text.indexOf(FAILURE);
    return (at >= 0 && isNoProse(text, at + FAILURE.length())) || isStall(text);
  }

  /** Behind the words stand a mark and the request; people go on in another way. */
  private static boolean isNoProse(String text, int end) {
    if (end == text.length()) {
      return true;
    }
    String rest = text.substring(end + 1).strip();
    boolean mark = ":.,".indexOf(text.charAt(end)) >= 0;
    return mark && (rest.isEmpty() || begins(rest, "order:") || begins(rest, "mode:"));
  }

  /** Whether a text begins with a word, of which the end may be cut off. */
  private static boolean begins(String text, String word) {
    return text.startsWith(word) || word.startsWith(text);
  }

  static boolean isStall(String text) {
    return text.contains("page allocation stalls for");
  }

  static boolean isOom(String text) {
    return text.contains("invoked oom-killer") || text.startsWith("oom-killer: gfp_mask");
  }

  static boolean isVmalloc(String text) {
    int at = text.indexOf("vmalloc");
    if (at < 0) {
      return false;
    }
    return text.startsWith("vmalloc: allocation failure", at)
        || text.startsWith("vmalloc error: size", at)
        || (text.startsWith("vmalloc size ", at) && text.indexOf("allocation failure", at) > 0);
  }

  static boolean isSysRq(String text) {
    return text.contains("how Memory") && (text.contains("ysRq") || text.contains("ysrq"));
  }

  /** Whether it says whose request it is, or would if it had more in front. */
  static boolean lacksName(String text) {
    return text.startsWith("page allocation")
        || text.startsWith("invoked oom-killer")
        || text.startsWith("vmalloc error")
        || text.startsWith("vmalloc: allocation failure");
  }

  /** Whether a piece that was cut off before a header is the name in it. */
  static boolean isNameOf(String piece, String header) {
    boolean fits = piece.length() <= 18;
    return fits && (header.startsWith("invoked") || piece.endsWith(":"));
  }

  /** Whether the last word that the kernel prints in this line is there. */
  private static boolean isWhole(String text) {
    return isSysRq(text)
        || text.contains("mems_allowed=")
        || text.contains("oom_score_adj=")
        || text.contains("oomkilladj=");
  }

  /** Whether a key was cut: {@code ord} and {@code er=0}. */
  private static boolean isTorn(String open, String more) {
    String last = open.substring(open.lastIndexOf(' ') + 1);
    String first = new Cursor(more).word();
    for (String key : KEYS) {
      if (!last.contains(key) && !first.contains(key) && (last + first).contains(key)) {
        return true;
      }
    }
    return false;
  }

  /**
   * How a line goes on with an open one.
   *
   * @param adjacent whether nothing is between them, and the line has no prefix of its own
   */
  static Seam seam(String open, String more, boolean adjacent) {
    if (adjacent && (open.endsWith("=") || open.endsWith("=-"))) {
      return Seam.GLUE;
    }
    if (isWhole(open)) {
      return Seam.NONE;
    }
    boolean figure = open.endsWith(" order") || open.endsWith(" size");
    if (figure && Cursor.isDigit(more.charAt(0))) {
      return Seam.SPACE;
    }
    boolean inNames = open.lastIndexOf('(') > open.lastIndexOf(')');
    if (inNames && adjacent && !more.isEmpty() && "|)_GF".indexOf(more.charAt(0)) >= 0) {
      return Seam.GLUE;
    }
    if (adjacent && isTorn(open, more)) {
      return Seam.GLUE;
    }
    String first = more.substring(0, Math.min(more.length(), 40));
    for (String key : KEYS) {
      int at = first.indexOf(key);
      if (at == 0 || (at > 0 && (adjacent || key.endsWith("=") || key.endsWith(":")))) {
        return inNames ? Seam.GLUE : Seam.SPACE;
      }
    }
    return Seam.NONE;
  }
}
