package dev.quarry.machine;

import java.util.Collection;

/** Finds the word that somebody may have meant. */
public final class Nearest {
  private static final int LONGEST = 64;

  private Nearest() {}

  /**
   * The known word that takes the fewest letters to change, add, drop or exchange; the first of
   * several.
   */
  public static String to(String word, Collection<String> known) {
    String best = "";
    int least = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = distance(word, candidate);
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return best;
  }

  /**
   * The end of a refusal, such as {@code ; did you mean ram?}; empty when no known word is near: at
   * most a third of its letters differ, or one begins with the other.
   */
  public static String hint(String word, Collection<String> known) {
    String best = to(word, known);
    boolean near = distance(word, best) <= Math.max(1, best.length() / 3);
    boolean begun = word.length() > 1 && (best.startsWith(word) || word.startsWith(best));
    return !best.isEmpty() && (near || begun) ? "; did you mean " + best + "?" : "";
  }

  /** Letters to change, add, drop or exchange with their neighbour, to get to the other word. */
  private static int distance(String from, String to) {
    if (from.length() > LONGEST) {
      return from.length();
    }
    int[] beforeLast = new int[to.length() + 1];
    int[] last = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] row = new int[to.length() + 1];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = last[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, 1 + Math.min(last[j], row[j - 1]));
        if (areExchanged(from, i, to, j)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      beforeLast = last;
      last = row;
    }
    return last[to.length()];
  }

  private static boolean areExchanged(String from, int i, String to, int j) {
    return i > 1
        && j > 1
        && from.charAt(i - 1) == to.charAt(j - 2)
        && from.charAt(i - 2) == to.charAt(j - 1);
  }
}
