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

  private final int order;
  private final byte[] types;
  private final short[] zones;

  /**
   * Makes pageblocks for frames below {@code endPfn}, all movable, none in a zone.
   *
   * @param order log2 of the frames in a pageblock
   */
  public Pageblocks(int endPfn, int order) {
    this.order = order;
    int blocks = (int) (((long) endPfn + (1 << order) - 1) >>> order);
    this.types = new byte[blocks];
    this.zones = new short[blocks];
    Arrays.fill(types, (byte) MigrateType.MOVABLE);
    Arrays.fill(zones, (short) NO_ZONE);
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
    return types.length;
  }

  /** The migrate type of the pageblock that holds a frame. */
  public int type(int pfn) {
    return types[pfn >> order];
  }

  void type(int pfn, int migrateType) {
    types[pfn >> order] = (byte) migrateType;
  }

  /** Sets the type of each pageblock of a block of {@code blockOrder}, at least a pageblock. */
  void typeRange(int pfn, int blockOrder, int migrateType) {
    int first = pfn >> order;
    Arrays.fill(types, first, first + (1 << (blockOrder - order)), (byte) migrateType);
  }

  /** The machine-wide number of the zone that a frame lies in, or {@link #NO_ZONE}. */
  public int zone(int pfn) {
    return zones[pfn >> order];
  }

  void zone(int pfn, int zoneNumber) {
    zones[pfn >> order] = (short) zoneNumber;
  }
}
