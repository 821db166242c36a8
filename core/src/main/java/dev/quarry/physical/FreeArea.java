package dev.quarry.physical;

/**
 * The free blocks of one order in one zone: {@code struct free_area}, a list for each migrate type
 * and a count of all.
 *
 * <p>Equation: {@code nrFree == sum over types of count(type)}.
 */
public final class FreeArea {
  private final FreeList[] lists = new FreeList[MigrateType.COUNT];
  private int nrFree;

  FreeArea(MemMap map) {
    for (int type = 0; type < MigrateType.COUNT; type++) {
      lists[type] = new FreeList(map);
    }
  }

  /** The linked blocks of a migrate type. */
  public FreeList list(int migrateType) {
    return lists[migrateType];
  }

  /** Blocks of all types, linked or untouched. */
  public int nrFree() {
    return nrFree;
  }

  void changeCount(int blocks) {
    nrFree += blocks;
  }
}
