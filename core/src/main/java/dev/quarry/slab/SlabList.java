package dev.quarry.slab;

import dev.quarry.machine.Host;

/**
 * A list of slabs, {@code struct list_head slabs_full} and its like: links in the slabs'
 * descriptors. Its holder, a CPU or a node's lock, guards it.
 */
final class SlabList {
  /** Which list a slab is on; {@link Slab#LIST}. */
  enum Kind {
    NONE,
    /** All objects are in use. */
    FULL,
    PARTIAL,
    /** No object is in use. */
    FREE,
    /** Not on a list: its owner allocates from it. */
    CURRENT,
    /** No object is in use, and its pages wait for a grace period. */
    RCU;

    private static final Kind[] ALL = values();

    static Kind of(long at) {
      return ALL[Host.getInt(at + Slab.LIST)];
    }
  }

  private final DirectMemory memory;
  private final Kind kind;
  private long first;
  private long last;
  private int count;

  SlabList(DirectMemory memory, Kind kind) {
    this.memory = memory;
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }

  int count() {
    return count;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** The first slab, or {@link Slab#NONE}. */
  long first() {
    return first;
  }

  long last() {
    return last;
  }

  long next(long slab) {
    return Host.getLong(at(slab) + Slab.NEXT);
  }

  long prev(long slab) {
    return Host.getLong(at(slab) + Slab.PREV);
  }

  void addTail(long slab) {
    link(slab, last, Slab.NONE);
  }

  void addHead(long slab) {
    link(slab, Slab.NONE, first);
  }

  private void link(long slab, long prev, long next) {
    long at = at(slab);
    Host.putLong(at + Slab.PREV, prev);
    Host.putLong(at + Slab.NEXT, next);
    Host.putInt(at + Slab.LIST, kind.ordinal());
    join(prev, slab);
    join(slab, next);
    count++;
  }

  void remove(long slab) {
    long at = at(slab);
    long prev = Host.getLong(at + Slab.PREV);
    long next = Host.getLong(at + Slab.NEXT);
    if (prev == Slab.NONE) {
      first = next;
    } else {
      Host.putLong(at(prev) + Slab.NEXT, next);
    }
    if (next == Slab.NONE) {
      last = prev;
    } else {
      Host.putLong(at(next) + Slab.PREV, prev);
    }
    Host.putInt(at + Slab.LIST, Kind.NONE.ordinal());
    count--;
  }

  private void join(long left, long right) {
    if (left == Slab.NONE) {
      first = right;
    } else {
      Host.putLong(at(left) + Slab.NEXT, right);
    }
    if (right == Slab.NONE) {
      last = left;
    } else {
      Host.putLong(at(right) + Slab.PREV, left);
    }
  }

  /**
   * A descriptor that somebody wrote over may lead anywhere; the host must not be touched there.
   */
  private long at(long slab) {
    if (!memory.contains(slab, Slab.BYTES)) {
      throw new IllegalStateException(
          "a slab descriptor was overwritten: its link is 0x" + Long.toHexString(slab));
    }
    return memory.trusted(slab);
  }
}
