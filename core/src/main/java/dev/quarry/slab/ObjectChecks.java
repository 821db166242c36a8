package dev.quarry.slab;

import dev.quarry.machine.Host;

/**
 * The checks of a cache's objects: red zones, poison, users (include/linux/poison.h; {@code
 * check_object} in mm/slub.c, 6.1). {@code raw} is where an object's bytes begin, red zone first.
 *
 * <pre>
 *   raw                                                                        raw + size
 *    ├─ ... red zone ─┬─ object ─────────────────┬─ pad ─┬─ red zone ─┬─ users ─┤
 *                     in use: the user's            5a     d841...      who allocated, who freed
 *                     free:   6b 6b ... 6b a5       5a     09f9...
 * </pre>
 */
final class ObjectChecks {
  static final long RED_INACTIVE = 0x09F9_1102_9D74_E35BL;
  static final long RED_ACTIVE = 0xD841_56C5_6356_88C0L;
  static final byte POISON_IN_USE = 0x5a;
  static final byte POISON_FREE = 0x6b;
  static final byte POISON_END = (byte) 0xa5;

  private final DirectMemory memory;
  private final CallSites sites;
  private final int objectSize;
  private final int objectOffset;
  private final int padded;
  private final boolean redZone;
  private final boolean poison;
  private final boolean users;

  ObjectChecks(KmemCache cache, DirectMemory memory, CallSites sites) {
    CacheSpec spec = cache.spec();
    this.memory = memory;
    this.sites = sites;
    this.objectSize = cache.geometry().objectSize();
    this.objectOffset = cache.geometry().objectOffset();
    this.padded = (objectSize + 7) & -8;
    this.redZone = spec.has(SlabFlags.RED_ZONE);
    // What a constructor made, or a reader may still look at, is not written over.
    this.poison =
        spec.has(SlabFlags.POISON)
            && !spec.has(SlabFlags.TYPESAFE_BY_RCU)
            && spec.ctor().equals(ObjectFunction.NONE);
    this.users = spec.has(SlabFlags.STORE_USER);
  }

  /** Prepares an object of a fresh slab, before its constructor. */
  void onFreshSlab(long raw) {
    redZones(raw, RED_INACTIVE);
    if (poison) {
      poison(raw);
    }
    memory.fill(object(raw) + objectSize, padded - (long) objectSize, POISON_IN_USE);
    users(raw, 0, 0);
  }

  /** Makes a free object somebody's. */
  void onAlloc(long raw, int site) {
    redZones(raw, RED_ACTIVE);
    if (poison) {
      memory.fill(object(raw), objectSize, POISON_IN_USE);
    }
    users(raw, site, freedBy(raw));
  }

  /** Makes somebody's object free. */
  void onFree(long raw, int site) {
    redZones(raw, RED_INACTIVE);
    if (poison) {
      poison(raw);
    }
    memory.fill(object(raw) + objectSize, padded - (long) objectSize, POISON_IN_USE);
    users(raw, allocatedBy(raw), site);
  }

  /**
   * Makes what lies around an object, and in a free one, as it should be: {@code restore_bytes}.
   */
  void mend(long raw, boolean active) {
    redZones(raw, active ? RED_ACTIVE : RED_INACTIVE);
    if (!active && poison) {
      poison(raw);
    }
    memory.fill(object(raw) + objectSize, padded - (long) objectSize, POISON_IN_USE);
  }

  /** The first thing that is wrong with an object. */
  Finding check(long raw, boolean active) {
    long word = active ? RED_ACTIVE : RED_INACTIVE;
    byte[] zone = new byte[Long.BYTES];
    for (int i = 0; i < zone.length; i++) {
      zone[i] = (byte) (word >>> (8 * i));
    }
    if (redZone) {
      long wrong = firstOther(leftZone(raw), zone);
      if (wrong != KmemCache.NULL) {
        return new Finding("Left Redzone overwritten", wrong, zone[(int) (wrong - leftZone(raw))]);
      }
    }
    for (long at = object(raw) + objectSize; at < object(raw) + padded; at++) {
      if (memory.getByte(at) != POISON_IN_USE) {
        return new Finding("Object padding overwritten", at, POISON_IN_USE);
      }
    }
    if (redZone) {
      long wrong = firstOther(rightZone(raw), zone);
      if (wrong != KmemCache.NULL) {
        return new Finding(
            "Right Redzone overwritten", wrong, zone[(int) (wrong - rightZone(raw))]);
      }
    }
    return active || !poison ? Finding.NONE : checkPoison(raw);
  }

  /**
   * What was found.
   *
   * @param what in the kernel's words; empty: nothing
   * @param at the first wrong byte
   * @param expected what it should be
   */
  record Finding(String what, long at, byte expected) {
    static final Finding NONE = new Finding("", KmemCache.NULL, (byte) 0);

    boolean isSound() {
      return what.isEmpty();
    }
  }

  private Finding checkPoison(long raw) {
    long end = object(raw) + objectSize - 1;
    for (long at = object(raw); at <= end; at++) {
      byte expected = at == end ? POISON_END : POISON_FREE;
      if (memory.getByte(at) != expected) {
        return new Finding("Poison overwritten", at, expected);
      }
    }
    return Finding.NONE;
  }

  private long firstOther(long at, byte[] expected) {
    for (int i = 0; i < expected.length; i++) {
      if (memory.getByte(at + i) != expected[i]) {
        return at + i;
      }
    }
    return KmemCache.NULL;
  }

  private void poison(long raw) {
    memory.fill(object(raw), objectSize - 1L, POISON_FREE);
    memory.putByte(object(raw) + objectSize - 1, POISON_END);
  }

  private void redZones(long raw, long word) {
    if (redZone) {
      Host.putLong(memory.trusted(leftZone(raw)), word);
      Host.putLong(memory.trusted(rightZone(raw)), word);
    }
  }

  private long object(long raw) {
    return raw + objectOffset;
  }

  private long leftZone(long raw) {
    return object(raw) - SlabGeometry.RED_ZONE_BYTES;
  }

  private long rightZone(long raw) {
    return object(raw) + padded;
  }

  private long userWords(long raw) {
    return rightZone(raw) + (redZone ? SlabGeometry.RED_ZONE_BYTES : 0);
  }

  private void users(long raw, int allocatedBy, int freedBy) {
    if (users) {
      Host.putInt(memory.trusted(userWords(raw)), allocatedBy);
      Host.putInt(memory.trusted(userWords(raw)) + Integer.BYTES, freedBy);
    }
  }

  private int allocatedBy(long raw) {
    return users ? Host.getInt(memory.trusted(userWords(raw))) : 0;
  }

  private int freedBy(long raw) {
    return users ? Host.getInt(memory.trusted(userWords(raw)) + Integer.BYTES) : 0;
  }

  boolean keepsUsers() {
    return users;
  }

  /** Who allocated an object. */
  String allocator(long raw) {
    return sites.name(allocatedBy(raw));
  }

  /** The same; empty where users are not kept. */
  String knownAllocator(long raw) {
    return users ? allocator(raw) : "";
  }

  /** Who freed it last. */
  String freer(long raw) {
    return sites.name(freedBy(raw));
  }
}
