package dev.quarry.slab;

/** Whether a cache can be made as asked: {@code kmem_cache_sanity_check} (mm/slab_common.c). */
final class CacheChecks {
  private CacheChecks() {}

  /**
   * The specification, if it can be.
   *
   * @throws CacheException if not: why, with both numbers
   */
  static CacheSpec checked(CacheSpec spec, SlabCore core) {
    long largest = 1L << (core.pageShift + core.rules.maxOrder());
    if (spec.name().isBlank() || spec.name().chars().anyMatch(c -> c <= ' ')) {
      throw new CacheException("\"" + spec.name() + "\"", "a name is one word");
    }
    if (spec.size() < Long.BYTES || spec.size() > largest) {
      throw new CacheException(
          spec.name(),
          "objects of " + spec.size() + " bytes are not " + Long.BYTES + " to " + largest);
    }
    if (spec.align() < 0
        || Integer.bitCount(spec.align()) > 1
        || spec.align() > 1 << core.pageShift) {
      throw new CacheException(
          spec.name(),
          "alignment "
              + spec.align()
              + " is not a power of two up to a page, "
              + (1 << core.pageShift));
    }
    if ((spec.flags() & ~SlabFlags.ALL) != 0) {
      throw new CacheException(
          spec.name(),
          "flags 0x" + Integer.toHexString(spec.flags() & ~SlabFlags.ALL) + " mean nothing");
    }
    if (core.caches().stream().anyMatch(cache -> cache.name().equals(spec.name()))) {
      throw new CacheException(spec.name(), "there is a cache of this name already");
    }
    return spec;
  }
}
