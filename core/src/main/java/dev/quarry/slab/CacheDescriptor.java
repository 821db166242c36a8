package dev.quarry.slab;

import dev.quarry.machine.Host;

/**
 * A cache's descriptor as bytes in RAM: an object of the cache {@code kmem_cache}, which is also
 * the cache of its own descriptor.
 *
 * <pre>
 *    0  name          8   address of its bytes, 0-terminated; 0 for a general cache
 *    8  id            4      12  flags         4
 *   16  object_size   4      20  size          4
 *   24  align         4      28  obj_offset    4
 *   32  gfporder      4      36  num           4
 *   40  colour        4      44  colour_off    4
 *   48  slab_size     4      52  allocflags    4
 *   56  limit         4      60  batchcount    4
 *   64  shared        4
 * </pre>
 */
final class CacheDescriptor {
  /** Bytes of a descriptor. */
  static final int BYTES = 72;

  private static final int NAME = 0;
  private static final int NUMBERS = 8;

  private CacheDescriptor() {}

  /** Writes what is known of a cache; {@code name} is the address of its name. */
  static void write(DirectMemory memory, KmemCache cache, long name) {
    SlabGeometry shape = cache.geometry();
    Tunables tunables = cache.tunables();
    long at = memory.trusted(cache.descriptor());
    Host.putLong(at + NAME, name);
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
