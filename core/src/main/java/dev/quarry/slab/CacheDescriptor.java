package dev.quarry.slab;

import dev.quarry.machine.Host;

/**
 * A cache's descriptor as bytes in RAM: an object of the cache {@code kmem_cache}, which is also
 * the cache of its own descriptor.
 *
 * <pre>
 *    0  name          8   address of its bytes, 0-terminated; 0 for a general cache
 *    8  reciprocal    8
 *   16  id            4      20  flags         4
 *   24  object_size   4      28  size          4
 *   32  align         4      36  obj_offset    4
 *   40  gfporder      4      44  num           4
 *   48  colour        4      52  colour_off    4
 *   56  slab_size     4      60  allocflags    4
 *   64  limit         4      68  batchcount    4
 *   72  shared        4
 * </pre>
 */
final class CacheDescriptor {
  /** Bytes of a descriptor. */
  static final int BYTES = 80;

  private static final int NAME = 0;
  private static final int RECIPROCAL = 8;
  private static final int NUMBERS = 16;

  private CacheDescriptor() {}

  /** Writes what is known of a cache; {@code name} is the address of its name. */
  static void write(DirectMemory memory, KmemCache cache, long name) {
    SlabGeometry shape = cache.geometry();
    Tunables tunables = cache.tunables();
    long at = memory.trusted(cache.descriptor());
    Host.putLong(at + NAME, name);
    Host.putLong(at + RECIPROCAL, Slab.reciprocal(shape.size()));
    int[] numbers = {
      cache.id(),
      cache.spec().flags(),
      shape.objectSize(),
      shape.size(),
      shape.align(),
      shape.objectOffset(),
      shape.order(),
      shape.num(),
      shape.colours(),
      shape.colourStep(),
      shape.managementBytes(),
      cache.pageMask(),
      tunables.limit(),
      tunables.batchCount(),
      tunables.shared()
    };
    for (int i = 0; i < numbers.length; i++) {
      Host.putInt(at + NUMBERS + (long) i * Integer.BYTES, numbers[i]);
    }
  }

  /** The address of the name. */
  static long name(DirectMemory memory, long descriptor) {
    return Host.getLong(memory.trusted(descriptor) + NAME);
  }
}
