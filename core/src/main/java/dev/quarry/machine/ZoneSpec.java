package dev.quarry.machine;

/**
 * A zone type that the machine's kernel was built with, and the physical address below which it
 * lies. A zone type may be built and hold no memory: it still has its entry in every {@code
 * lowmem_reserve} vector.
 *
 * @param type the kind of zone
 * @param below exclusive upper physical address in bytes; {@link #NO_LIMIT} for the highest
 *     addressed zone, for Movable where it is carved from each node's top, and for Device
 */
public record ZoneSpec(ZoneType type, long below) {
  /** No upper address. */
  public static final long NO_LIMIT = Long.MAX_VALUE;

  /**
   * Whether the zone lies between the one before it and {@link #below}. A Movable zone with an
   * upper address is memory that was plugged in or declared movable ({@code movable_node}).
   */
  public boolean isAddressed() {
    return switch (type) {
      case DMA, DMA32, NORMAL, HIGHMEM -> true;
      case MOVABLE -> below != NO_LIMIT;
      case DEVICE -> false;
    };
  }
}
