package dev.quarry.virtual.tlb;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a CPU's TLB is made of.
 *
 * <pre>
 *   l1i:64/8 + l1d:64/4 + l1d:32/4/2M + l2:1536/12/4K/2M
 *      |  | |                  |  |  |
 *   level | entries / ways     sizes, without any 4K
 *   i or d, without both
 * </pre>
 *
 * @param walkEntries entries of the walk cache of each upper level, that of the lowest table's
 *     first; empty: none
 * @param asids whether entries of several address spaces are told apart; else each switch forgets
 *     those of the user's half
 */
public record TlbGeometry(
    List<Array> arrays, Replacement replacement, List<Integer> walkEntries, boolean asids) {
  private static final int MOST_ENTRIES = 1 << 20;
  private static final int MOST_LEVELS = 4;
  private static final int MOST_ARRAYS = 16;
  private static final int MOST_SCANNED = 1 << 10;
  private static final int MOST_TREE_WAYS = 32;
  private static final int MOST_WALK_ENTRIES = 1 << 10;

  /** Walk caches that processors have: many entries that lead to the last table, few above. */
  private static final List<Integer> USUAL_WALK_CACHE = List.of(32, 4, 2);

  /** A TLB like that of many a 64-bit desktop processor of the late 2010s. */
  public static final TlbGeometry USUAL =
      parse(
          "l1i:128/8+l1i:8/8/2M+l1d:64/4+l1d:32/4/2M+l1d:4/4/1G+l2:1536/12/4K/2M+l2:16/4/1G",
          Replacement.LRU,
          USUAL_WALK_CACHE,
          true);

  /** Which accesses an array serves. */
  public enum Side {
    BOTH(""),
    INSTRUCTION("i"),
    DATA("d");

    private final String letter;

    Side(String letter) {
      this.letter = letter;
    }

    boolean serves(boolean fetch) {
      return this == BOTH || (this == INSTRUCTION) == fetch;
    }
  }

  /**
   * One array.
   *
   * @param level 1 is asked first
   */
  public record Array(int level, Side side, int entries, int ways, Set<PageSize> sizes) {
    /** The array as a setting has it. */
    public String text() {
      StringBuilder text = new StringBuilder("l" + level + side.letter);
      text.append(':').append(entries).append('/').append(ways);
      if (!sizes.equals(EnumSet.of(PageSize.SMALL))) {
        sizes.forEach(size -> text.append('/').append(size.word()));
      }
      return text.toString();
    }
  }

  /** Checks it. */
  public TlbGeometry {
    arrays = List.copyOf(arrays);
    walkEntries = List.copyOf(walkEntries);
    if (arrays.isEmpty() || arrays.size() > MOST_ARRAYS) {
      throw new IllegalArgumentException(
          arrays.size() + " arrays are not from 1 to " + MOST_ARRAYS);
    }
    for (Array array : arrays) {
      check(array, replacement);
    }
    for (boolean fetch : new boolean[] {false, true}) {
      if (arrays.stream().noneMatch(a -> a.level == 1 && a.side.serves(fetch) && holdsSmall(a))) {
        throw new IllegalArgumentException(
            "no array of level 1 holds pages of 4K for " + (fetch ? "instructions" : "data"));
      }
    }
    for (int entries : walkEntries) {
      range("a walk cache of " + entries + " entries", entries, 0, MOST_WALK_ENTRIES);
    }
  }

  private static boolean holdsSmall(Array array) {
    return array.sizes.contains(PageSize.SMALL);
  }

  private static void check(Array array, Replacement replacement) {
    String text = array.text();
    range(text + ": level " + array.level, array.level, 1, MOST_LEVELS);
    range(text + ": " + array.entries + " entries", array.entries, 1, MOST_ENTRIES);
    range(text + ": " + array.ways + " ways", array.ways, 1, MOST_SCANNED);
    int sets = array.entries / array.ways;
    if (sets * array.ways != array.entries || Integer.bitCount(sets) != 1) {
      throw new IllegalArgumentException(
          text
              + ": "
              + array.entries
              + " entries in "
              + array.ways
              + " ways are not a power of two of sets");
    }
    boolean power = Integer.bitCount(array.ways) == 1;
    if (replacement == Replacement.TREE && (!power || array.ways > MOST_TREE_WAYS)) {
      throw new IllegalArgumentException(
          text + ": a tree needs a power of two of ways up to " + MOST_TREE_WAYS);
    }
  }

  private static void range(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(what + ", not from " + least + " to " + most);
    }
  }

  /**
   * Reads arrays separated by {@code +}; one without a level is of the next: {@code 64/4+1536/12}.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static TlbGeometry parse(String text) {
    return text.equals("usual") ? USUAL : parse(text, Replacement.LRU, USUAL_WALK_CACHE, true);
  }

  private static TlbGeometry parse(
      String text, Replacement replacement, List<Integer> walkEntries, boolean asids) {
    List<Array> arrays = new ArrayList<>();
    int next = 1;
    for (String part : text.split("\\+", -1)) {
      Array array = array(part.strip().toLowerCase(Locale.ROOT), next);
      arrays.add(array);
      next = Math.max(next, array.level + 1);
    }
    return new TlbGeometry(arrays, replacement, walkEntries, asids);
  }

  private static Array array(String text, int next) {
    int colon = text.indexOf(':');
    int level = next;
    Side side = Side.BOTH;
    if (colon >= 0) {
      String name = text.substring(0, colon);
      if (!name.matches("l[1-9][id]?")) {
        throw new IllegalArgumentException("\"" + name + "\" is no level such as l1d, l1i or l2");
      }
      level = name.charAt(1) - '0';
      side = name.endsWith("i") ? Side.INSTRUCTION : name.endsWith("d") ? Side.DATA : side;
    }
    String[] parts = text.substring(colon + 1).split("/", -1);
    if (parts.length < 2) {
      throw new IllegalArgumentException(
          "\"" + text + "\" has no ways: ENTRIES/WAYS, such as 64/4, is one array");
    }
    EnumSet<PageSize> sizes = EnumSet.noneOf(PageSize.class);
    for (int i = 2; i < parts.length; i++) {
      sizes.add(size(parts[i]));
    }
    if (sizes.isEmpty()) {
      sizes.add(PageSize.SMALL);
    }
    return new Array(level, side, number(parts[0]), number(parts[1]), sizes);
  }

  private static int number(String text) {
    if (!text.matches("[0-9]{1,7}")) {
      throw new IllegalArgumentException("\"" + text + "\" is no number of entries or ways");
    }
    return Integer.parseInt(text);
  }

  private static PageSize size(String text) {
    for (PageSize size : PageSize.values()) {
      if (size.word().equalsIgnoreCase(text)) {
        return size;
      }
    }
    throw new IllegalArgumentException("\"" + text + "\" is no page size: 4K, 2M or 1G");
  }

  /** The same with another replacement. */
  public TlbGeometry with(Replacement other) {
    return new TlbGeometry(arrays, other, walkEntries, asids);
  }

  /** The same with other walk caches, that which leads to the last table first. */
  public TlbGeometry withWalkCache(List<Integer> entries) {
    return new TlbGeometry(arrays, replacement, entries, asids);
  }

  /** The same with or without ASIDs. */
  public TlbGeometry withAsids(boolean on) {
    return new TlbGeometry(arrays, replacement, walkEntries, on);
  }

  /** How many levels there are. */
  public int levels() {
    return arrays.stream().mapToInt(Array::level).max().orElse(0);
  }

  /** The arrays as a setting has them. */
  public String text() {
    return String.join("+", arrays.stream().map(Array::text).toList());
  }
}
