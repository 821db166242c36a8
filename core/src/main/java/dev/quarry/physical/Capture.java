package dev.quarry.physical;

/**
 * The block that a compactor waits for: {@code struct capture_control} (mm/internal.h, 6.18). When
 * a page that it frees completes that block, the buddy system gives it to the compactor before
 * somebody else can have it.
 */
public final class Capture {
  private final Thread compactor = Thread.currentThread();
  private final int order;
  private final int migrateType;
  private final int pageblockOrder;
  private int pfn = Pfn.NONE;

  /** Waits for a block, for a request of a migrate type. */
  public Capture(int order, int migrateType, int pageblockOrder) {
    this.order = order;
    this.migrateType = migrateType;
    this.pageblockOrder = pageblockOrder;
  }

  /** The block, or {@link Pfn#NONE}. */
  public int pfn() {
    return pfn;
  }

  /** With the zone's lock held: takes a block that is becoming free, or leaves it. */
  boolean take(int block, int blockOrder, int blockType) {
    boolean wanted = blockOrder == order && pfn == Pfn.NONE && blockType < MigrateType.PCPTYPES;
    boolean pollutes =
        order < pageblockOrder
            && blockType == MigrateType.MOVABLE
            && migrateType != MigrateType.MOVABLE;
    if (!wanted || pollutes || Thread.currentThread() != compactor) {
      return false;
    }
    pfn = block;
    return true;
  }
}
