package dev.quarry.machine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What is decided about a machine's object caches before it boots.
 *
 * @param geometry the sizes of the general caches
 * @param manner how caches serve their CPUs
 * @param debug which checks are on, and for which caches
 */
public record SlabSpec(KmallocGeometry geometry, SlabManner manner, Debug debug) {
  /** The course's sizes, slabs owned by CPUs, no checks. */
  public static final SlabSpec DEFAULTS =
      new SlabSpec(KmallocGeometry.COURSE, SlabManner.OWNED, Debug.NONE);

  /**
   * Checks of caches, as the kernel's boot parameter {@code slab_debug=FZPU,dentry,kmalloc-*} gives
   * them.
   *
   * @param letters some of F (consistency checks), Z (red zones), P (poison), U (users)
   * @param caches names, or beginnings that end with {@code *}; none: all caches
   */
  public record Debug(String letters, List<String> caches) {
    /** No checks. */
    public static final Debug NONE = new Debug("", List.of());

    private static final String ALL = "FZPU";

    public Debug {
      caches = List.copyOf(caches);
    }

    /**
     * Reads {@code FZPU}, {@code Z,dentry}, or {@code -} for none.
     *
     * @throws IllegalArgumentException naming the letter that means nothing
     */
    public static Debug parse(String text) {
      if (text.equals("-")) {
        return NONE;
      }
      String[] parts = text.split(",", -1);
      String letters = parts[0].isEmpty() ? ALL : parts[0].toUpperCase(Locale.ROOT);
      for (char letter : letters.toCharArray()) {
        if (ALL.indexOf(letter) < 0) {
          throw new IllegalArgumentException(
              "slab_debug \""
                  + letter
                  + "\" is none of F (checks), Z (red zones), P (poison), U (users)");
        }
      }
      return new Debug(letters, new ArrayList<>(Arrays.asList(parts)).subList(1, parts.length));
    }

    /** The letters that hold for a cache. */
    public String lettersFor(String cache) {
      return caches.isEmpty() || caches.stream().anyMatch(name -> matches(name, cache))
          ? letters
          : "";
    }

    private static boolean matches(String pattern, String cache) {
      return pattern.endsWith("*")
          ? cache.startsWith(pattern.substring(0, pattern.length() - 1))
          : cache.equals(pattern);
    }
  }
}
