package dev.quarry.machine;

/**
 * A zone type that the machine's kernel was built with, and the physical address below which it
 * lies. A zone type may be built and hold no memory: it still has its entry in every {@code
 * lowmem_reserve} vector.
 *
 * @param type the kind of zone
 * @param below exclusive upper physical address in bytes; {@link #NO_LIMIT} for the highest
 *     addressed zone, for Movable (carved from each node's top) and for Device
 */
public record ZoneSpec(ZoneType type, long below) {
  /** No upper address. */
  public static final long NO_LIMIT = Long.MAX_VALUE;
}
