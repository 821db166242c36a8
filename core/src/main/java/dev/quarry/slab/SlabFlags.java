package dev.quarry.slab;

import dev.quarry.machine.SlabSpec;

/** What a cache is like: the SLAB_* flags of include/linux/slab.h, with the values of Linux 6.1. */
public final class SlabFlags {
  /** Check what is freed: SLAB_CONSISTENCY_CHECKS, the letter F. */
  public static final int CONSISTENCY_CHECKS = 0x100;

  /** Words around each object that nobody may change: SLAB_RED_ZONE, the letter Z. */
  public static final int RED_ZONE = 0x400;

  /** Free objects are filled with a pattern: SLAB_POISON, the letter P. */
  public static final int POISON = 0x800;

  /** Objects begin at a cache line where that wastes less than half: SLAB_HWCACHE_ALIGN. */
  public static final int HWCACHE_ALIGN = 0x2000;

  /** Slabs lie in ZONE_DMA: SLAB_CACHE_DMA. */
  public static final int CACHE_DMA = 0x4000;

  /** Who allocated and who freed each object is kept: SLAB_STORE_USER, the letter U. */
  public static final int STORE_USER = 0x10000;

  /** Slabs count as reclaimable: SLAB_RECLAIM_ACCOUNT. */
  public static final int RECLAIM_ACCOUNT = 0x20000;

  /** A cache that cannot be made is the end: SLAB_PANIC. */
  public static final int PANIC = 0x40000;

  /** A slab's pages are freed only after a grace period: SLAB_TYPESAFE_BY_RCU. */
  public static final int TYPESAFE_BY_RCU = 0x80000;

  /** All checks. */
  public static final int DEBUG = CONSISTENCY_CHECKS | RED_ZONE | POISON | STORE_USER;

  /** All flags. */
  public static final int ALL =
      DEBUG | HWCACHE_ALIGN | CACHE_DMA | RECLAIM_ACCOUNT | PANIC | TYPESAFE_BY_RCU;

  private SlabFlags() {}

  /** The checks that a machine's specification switches on for a cache. */
  static int debugFlags(SlabSpec.Debug debug, String cache) {
    int flags = 0;
    for (char letter : debug.lettersFor(cache).toCharArray()) {
      flags |=
          switch (letter) {
            case 'F' -> CONSISTENCY_CHECKS;
            case 'Z' -> RED_ZONE;
            case 'P' -> POISON;
            default -> STORE_USER;
          };
    }
    return flags;
  }
}
