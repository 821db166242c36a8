package dev.quarry.replay.compact;

import org.jspecify.annotations.Nullable;

/**
 * The kinds of events by number: what their lines begin with, and which fields follow the frame.
 *
 * <pre>
 *   0  A   order migratetype gfp                      mm_page_alloc
 *   1  A!  order migratetype gfp        no frame      mm_page_alloc that failed
 *   2  F   order                                      mm_page_free
 *   3  B                                              mm_page_free_batched
 *   4  Z   order migratetype refill                   mm_page_alloc_zone_locked
 *   5  D   order migratetype                          mm_page_pcpu_drain
 *   6  X   order order migratetype migratetype owns   mm_page_alloc_extfrag
 * </pre>
 */
public enum EventMark {
  ALLOC("A", "otg"),
  ALLOC_FAILED("A!", "otg"),
  FREE("F", "o"),
  FREE_BATCHED("B", ""),
  ZONE_LOCKED("Z", "otf"),
  PCPU_DRAIN("D", "ot"),
  FALLBACK("X", "oottf");

  /** Most fields behind the frame. */
  public static final int MOST_FIELDS = 5;

  private static final EventMark[] ALL = values();
  private static final int LARGEST_ORDER = 30;
  private static final int LARGEST_MIGRATE_TYPE = 15;
  private static final int LARGEST_GFP_NUMBER = (1 << 12) - 1;

  private final String letters;
  private final int[] largest;

  EventMark(String letters, String fields) {
    this.letters = letters;
    this.largest = fields.chars().map(EventMark::bound).toArray();
  }

  private static int bound(int letter) {
    return switch (letter) {
      case 'o' -> LARGEST_ORDER;
      case 't' -> LARGEST_MIGRATE_TYPE;
      case 'g' -> LARGEST_GFP_NUMBER;
      default -> 1;
    };
  }

  /** The kind of this number; from 0 to 6. */
  public static EventMark of(int number) {
    return ALL[number];
  }

  /** The kind whose line begins with this letter, the request that did not fail; else null. */
  static @Nullable EventMark of(byte letter) {
    for (EventMark mark : ALL) {
      if (mark.letters.charAt(0) == letter) {
        return mark;
      }
    }
    return null;
  }

  /** How many kinds there are. */
  public static int count() {
    return ALL.length;
  }

  /** What a line begins with. */
  public String letters() {
    return letters;
  }

  /** How many fields follow the frame. */
  public int fields() {
    return largest.length;
  }

  /** The largest value of a field that columns can hold. */
  public int largest(int field) {
    return largest[field];
  }

  /** Whether a line names a frame. */
  public boolean hasFrame() {
    return this != ALLOC_FAILED;
  }

  /** Whether it lies in the half of the requests. */
  public boolean isRequest() {
    return compareTo(FREE) <= 0;
  }
}
