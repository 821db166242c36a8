package dev.quarry.slab;

/**
 * How another kernel cuts a slab: columns of its {@code /proc/slabinfo}.
 *
 * @param size bytes from one object to the next: objsize
 * @param order log2 of a slab's pages
 * @param num objects in a slab: objperslab
 */
public record SlabShape(int size, int order, int num) {
  /** Why no slab of a machine has this shape; empty if one has. */
  String wrong(CacheSpec spec, SlabRules rules) {
    if (spec.has(SlabFlags.DEBUG)) {
      return "a given shape has no room for checks";
    }
    if (order < 0 || order > rules.maxOrder()) {
      return "order " + order + " is above the machine's largest order " + rules.maxOrder();
    }
    if (size < spec.size() || size % Long.BYTES != 0) {
      return "objects of " + spec.size() + " bytes do not lie " + size + " bytes apart";
    }
    int bytes = 1 << (rules.pageShift() + order);
    int most = Math.min(bytes / size, Bufctl.MOST_OBJECTS);
    if (num < 1 || num > most) {
      return num
          + " objects of "
          + size
          + " bytes in "
          + bytes
          + " bytes; from 1 to "
          + most
          + " fit";
    }
    return "";
  }
}
