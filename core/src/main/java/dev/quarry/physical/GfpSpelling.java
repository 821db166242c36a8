package dev.quarry.physical;

import dev.quarry.machine.KernelRelease;
import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What to say of a word that is no GFP name of a release: who has it, or what was likely meant. */
final class GfpSpelling {
  /** Longer words are compared by their first letters; no name is as long. */
  private static final int MOST_LETTERS = 64;

  private GfpSpelling() {}

  static String complaint(
      String word, String whole, KernelRelease release, Collection<String> names) {
    String where = word.equals(whole) ? "" : " in \"" + shortened(whole) + "\"";
    if (word.isEmpty()) {
      return "a GFP name is missing in \"" + shortened(whole) + "\"";
    }
    String history = history(word);
    if (history != null) {
      return "\""
          + word
          + "\""
          + where
          + " is a GFP name of Linux "
          + history
          + ", not of "
          + release;
    }
    return "\""
        + shortened(word)
        + "\""
        + where
        + " is not a GFP name of Linux "
        + release
        + "; did you mean "
        + nearest(word, names)
        + "?";
  }

  private static String shortened(String text) {
    return text.length() <= 2 * MOST_LETTERS ? text : text.substring(0, 2 * MOST_LETTERS) + "...";
  }

  /** The releases that have a name, or null: each has one run of them. */
  private static @Nullable String history(String name) {
    KernelRelease since = null;
    for (GfpEra era : GfpHistory.ERAS) {
      boolean known = knows(era, name);
      if (known && since == null) {
        since = era.since();
      } else if (!known && since != null) {
        return "from " + since + " until before " + era.since();
      }
    }
    return since == null ? null : "since " + since;
  }

  private static boolean knows(GfpEra era, String name) {
    return era.bits().stream().anyMatch(word -> word.name().equals(name))
        || era.composites().stream().anyMatch(word -> word.name().equals(name));
  }

  private static String nearest(String word, Collection<String> names) {
    String upper = word.toUpperCase(Locale.ROOT);
    String best = "GFP_KERNEL";
    int least = Integer.MAX_VALUE;
    for (String name : names) {
      int distance = distance(upper, name);
      if (distance < least) {
        least = distance;
        best = name;
      }
    }
    return best;
  }

  /** Letters to change, add or drop to get from one word to the other. */
  private static int distance(String from, String to) {
    int letters = Math.min(from.length(), MOST_LETTERS);
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= letters; i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
