package dev.quarry.machine;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What the command line of a kernel says about huge pages of processes.
 *
 * @param enabled who gets them
 * @param defrag how much is done to have one at once
 */
public record HugePageSpec(Enabled enabled, Defrag defrag) {
  /** What most distributions of Linux 6.18 start with. */
  public static final HugePageSpec DEFAULTS = new HugePageSpec(Enabled.MADVISE, Defrag.MADVISE);

  /** {@code transparent_hugepage/enabled}. */
  public enum Enabled {
    /** Every area that is large enough. */
    ALWAYS,
    /** Areas that were advised so. */
    MADVISE,
    /** Nobody. */
    NEVER;

    /** The word in the file. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** {@code transparent_hugepage/defrag}. */
  public enum Defrag {
    /** Everybody reclaims and compacts. */
    ALWAYS,
    /** Nobody does, the daemons are woken. */
    DEFER,
    /** Who was advised so reclaims and compacts, for the others the daemons are woken. */
    DEFER_MADVISE,
    /** Who was advised so reclaims and compacts. */
    MADVISE,
    /** What is there is taken. */
    NEVER;

    /** The word in the file. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '+');
    }
  }

  /** The mode of a word. */
  public static Optional<Enabled> enabled(String word) {
    return Arrays.stream(Enabled.values()).filter(mode -> mode.label().equals(word)).findFirst();
  }

  /** The mode of a word. */
  public static Optional<Defrag> defrag(String word) {
    return Arrays.stream(Defrag.values()).filter(mode -> mode.label().equals(word)).findFirst();
  }

  /** The words of a setting with brackets around the one in force, as such files show them. */
  public static String choice(Iterable<String> words, String chosen) {
    StringBuilder line = new StringBuilder();
    for (String word : words) {
      line.append(line.isEmpty() ? "" : " ");
      line.append(word.equals(chosen) ? "[" + word + "]" : word);
    }
    return line.append('\n').toString();
  }
}
