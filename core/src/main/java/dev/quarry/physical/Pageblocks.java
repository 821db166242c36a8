package dev.quarry.physical;

import java.util.Arrays;

/**
 * What is known of each pageblock, the unit in which memory is grouped by mobility: its migrate
 * type ({@code zone->pageblock_flags}) and the zone that it belongs to. Linux keeps a frame's zone
 * in its flags; here frames stay untouched and a byte for each pageblock says it.
 *
 * <p>A pageblock belongs to one zone; the spec is refused otherwise.
 */
public final class Pageblocks {
  /** The zone number of a pageblock without RAM. */
  public static final int NO_ZONE = -1;

  private static final int ZONE_SHIFT = 4;

  private final int order;
  private final short[] words;

  /** Pageblocks in which compaction found nothing lately: PB_compact_skip. A hint. */
  private final boolean[] skips;

  /**
   * Makes pageblocks for frames below {@code endPfn}, all movable, none in a zone.
   *
   * @param order log2 of the frames in a pageblock
   */
  public Pageblocks(int endPfn, int order) {
    this.order = order;
    int blocks = (int) (((long) endPfn + (1 << order) - 1) >>> order);
    this.words = new short[blocks];
    this.skips = new boolean[blocks];
    Arrays.fill(words, (short) ((NO_ZONE << ZONE_SHIFT) | MigrateType.MOVABLE));
  }

  /** Zone and type of the pageblock that holds a frame, in one load. */
  int word(int pfn) {
    return words[pfn >> order];
  }

  static int typeOf(int word) {
    return word & ((1 << ZONE_SHIFT) - 1);
  }

  static int zoneOf(int word) {
    return word >> ZONE_SHIFT;
  }

  /** log2 of the frames in a pageblock. */
  public int order() {
    return order;
  }

  /** Frames in a pageblock. */
  public int pages() {
    return 1 << order;
  }

  /** How many pageblocks the machine's address range has, holes included. */
  public int count() {
    return words.length;
  }

  /** The migrate type of the pageblock that holds a frame. */
  public int type(int pfn) {
    return typeOf(word(pfn));
  }

  void type(int pfn, int migrateType) {
    int at = pfn >> order;
    words[at] = (short) ((words[at] & -(1 << ZONE_SHIFT)) | migrateType);
  }

  /** Sets the type of each pageblock of a block of {@code blockOrder}, at least a pageblock. */
  void typeRange(int pfn, int blockOrder, int migrateType) {
    for (int at = pfn; at < pfn + (1 << blockOrder); at += pages()) {
      type(at, migrateType);
    }
  }

  /** Whether compaction passes the pageblock of a frame over: {@code get_pageblock_skip}. */
  public boolean skip(int pfn) {
    return skips[pfn >> order];
  }

  /** Says whether it does. */
  public void skip(int pfn, boolean skip) {
    skips[pfn >> order] = skip;
  }

  /** The machine-wide number of the zone that a frame lies in, or {@link #NO_ZONE}. */
  public int zone(int pfn) {
    return zoneOf(word(pfn));
  }

  void zone(int pfn, int zoneNumber) {
    int at = pfn >> order;
    words[at] = (short) ((zoneNumber << ZONE_SHIFT) | (words[at] & ((1 << ZONE_SHIFT) - 1)));
  }
}
