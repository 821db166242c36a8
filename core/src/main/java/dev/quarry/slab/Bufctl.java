package dev.quarry.slab;

import dev.quarry.machine.Host;

/**
 * The object descriptors of a slab: {@code kmem_bufctl_t}. One number for each object, behind the
 * slab descriptor. The numbers of free objects are a chain that names the next free object, up to
 * an end mark; the objects themselves are left as they are.
 *
 * <pre>
 *   free = 2      object   0        1        2        3        4
 *                 number [ACTIVE] [  4   ] [  1   ] [ACTIVE] [ END  ]        chain 2 → 1 → 4
 * </pre>
 *
 * <p>Two bytes each, as {@code freelist_idx_t} of Linux 3.15 and later has on machines with large
 * pages; {@code unsigned int} before that.
 */
final class Bufctl {
  /** Bytes of a number. */
  static final int BYTES = 2;

  /** The bits of a number. */
  static final int MASK = 0xFFFF;

  /** The end of a chain: BUFCTL_END. */
  static final int END = 0xFFFF;

  /** The object is somebody's: BUFCTL_ACTIVE. */
  static final int ACTIVE = 0xFFFE;

  /** The object is free, but in an array of a CPU. */
  static final int CACHED = 0xFFFD;

  /** A slab holds no more objects: SLAB_LIMIT. */
  static final int MOST_OBJECTS = 0xFFFC;

  private Bufctl() {}

  /** The number of an object in a chain at a host address. */
  static int get(long chain, int index) {
    return Host.getShort(chain + ((long) index << 1)) & 0xFFFF;
  }

  static void put(long chain, int index, int value) {
    Host.putShort(chain + ((long) index << 1), (short) value);
  }

  /** Chains all objects, the first one first. */
  static void chainAll(long chain, int num) {
    for (int index = 0; index < num - 1; index++) {
      put(chain, index, index + 1);
    }
    put(chain, num - 1, END);
  }

  /** The last object of a chain that has one. */
  static int last(long chain, int head) {
    int last = head;
    int length = 1;
    for (int next = get(chain, last); next != END; next = get(chain, last)) {
      last = next;
      requireEnd(++length);
    }
    return last;
  }

  /** How many objects a chain has. */
  static int length(long chain, int head) {
    int length = 0;
    for (int at = head; at != END; at = get(chain, at)) {
      requireEnd(++length);
    }
    return length;
  }

  /** A user who writes behind an object may close a chain to a circle. */
  private static void requireEnd(int length) {
    if (length > MOST_OBJECTS) {
      throw new IllegalStateException(
          "a slab descriptor was overwritten: its chain has more than " + MOST_OBJECTS + " links");
    }
  }
}
