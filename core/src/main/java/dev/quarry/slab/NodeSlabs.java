package dev.quarry.slab;

import dev.quarry.machine.SpinLock;
import java.util.List;

/**
 * The slabs of a cache on one node that no CPU owns: {@code struct kmem_cache_node}, {@code struct
 * kmem_list3} up to 3.10. Guarded by its lock, under which no other lock is taken.
 *
 * <pre>
 *   slabs_full ── slabs_partial ── slabs_free        each a list through the slab descriptors
 * </pre>
 *
 * <p>Equation: {@code freeObjects == sum over its slabs of num - inuse}.
 */
final class NodeSlabs {
  private final KmemCache cache;
  private final DirectMemory memory;
  private final SpinLock lock = new SpinLock("slab node");
  private final SlabList full;
  private final SlabList partial;
  private final SlabList free;
  private long freeObjects;
  private int colourNext;

  NodeSlabs(KmemCache cache, DirectMemory memory) {
    this.cache = cache;
    this.memory = memory;
    this.full = new SlabList(memory, SlabList.Kind.FULL);
    this.partial = new SlabList(memory, SlabList.Kind.PARTIAL);
    this.free = new SlabList(memory, SlabList.Kind.FREE);
  }

  List<SlabList> lists() {
    return List.of(full, partial, free);
  }

  long freeObjects() {
    return freeObjects;
  }

  /** Bytes before the next slab's first object or descriptor: the colours go round. */
  int nextColour() {
    lock.lock();
    try {
      int colour = colourNext;
      colourNext = colour + 1 > cache.geometry().colours() ? 0 : colour + 1;
      return colour * cache.geometry().colourStep();
    } finally {
      lock.unlock();
    }
  }

  /** Takes an object of a partial slab, else of a free one; 0 if there is none. */
  long take() {
    lock.lock();
    try {
      SlabList list = partial.isEmpty() ? free : partial;
      if (list.isEmpty()) {
        return KmemCache.NULL;
      }
      long slab = list.first();
      long at = memory.trusted(slab);
      list.remove(slab);
      long object = Slab.take(at);
      Slab.inUse(at, Slab.inUse(at) + 1);
      freeObjects--;
      (Slab.free(at) == Bufctl.END ? full : partial).addHead(slab);
      return object;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes an object back.
   *
   * @return false if a CPU owns the slab by now
   */
  boolean give(long slab, int index) {
    lock.lock();
    try {
      long at = memory.trusted(slab);
      if (Slab.owner(at) != Slab.NO_OWNER) {
        return false;
      }
      Bufctl.put(Slab.chain(at), index, Slab.free(at));
      freed(slab, index, 1);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes what CPUs freed that still thought that the slab had an owner; false: it has one. */
  boolean collect(long slab) {
    lock.lock();
    try {
      long at = memory.trusted(slab);
      if (Slab.owner(at) != Slab.NO_OWNER) {
        return false;
      }
      long word = Slab.takeRemote(at, false);
      if (Slab.remoteCount(word) > 0) {
        int head = Slab.remoteHead(word);
        Bufctl.put(Slab.chain(at), Bufctl.last(Slab.chain(at), head), Slab.free(at));
        freed(slab, head, Slab.remoteCount(word));
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The slab's chain begins at {@code head} now, with {@code count} objects more. */
  private void freed(long slab, int head, int count) {
    long at = memory.trusted(slab);
    listOf(at).remove(slab);
    Slab.free(at, head);
    Slab.inUse(at, Slab.inUse(at) - count);
    freeObjects += count;
    place(slab);
  }

  private void place(long slab) {
    long at = memory.trusted(slab);
    int inUse = Slab.inUse(at);
    if (inUse == 0) {
      free.addHead(slab);
    } else {
      (inUse == Slab.num(at) ? full : partial).addTail(slab);
    }
  }

  private SlabList listOf(long at) {
    return switch (SlabList.Kind.of(at)) {
      case FULL -> full;
      case PARTIAL -> partial;
      default -> free;
    };
  }

  /** Takes in a slab that is on no list and whose chain and count of used objects are right. */
  void add(long slab) {
    lock.lock();
    try {
      long at = memory.trusted(slab);
      Slab.owner(at, Slab.NO_OWNER);
      freeObjects += Slab.num(at) - Slab.inUse(at);
      place(slab);
    } finally {
      lock.unlock();
    }
  }

  /** Gives a slab with free objects to a CPU: a partial one, else a free one; NONE if none is. */
  long giveTo(int cpu) {
    lock.lock();
    try {
      SlabList list = partial.isEmpty() ? free : partial;
      return list.isEmpty() ? Slab.NONE : unlink(list, list.first(), cpu);
    } finally {
      lock.unlock();
    }
  }

  private long unlink(SlabList list, long slab, int owner) {
    long at = memory.trusted(slab);
    list.remove(slab);
    freeObjects -= Slab.num(at) - Slab.inUse(at);
    Slab.owner(at, owner);
    return slab;
  }

  /**
   * Takes a free slab off the lists, to be destroyed, if more than {@code keep} objects are free.
   *
   * @return the slab, or NONE
   */
  long takeExcess(long keep) {
    lock.lock();
    try {
      long slab = freeObjects > keep ? free.last() : Slab.NONE;
      while (slab != Slab.NONE && Slab.waits(memory.trusted(slab))) {
        slab = free.prev(slab); // a CPU is about to look at it
      }
      return slab == Slab.NONE ? Slab.NONE : unlink(free, slab, Slab.NO_OWNER);
    } finally {
      lock.unlock();
    }
  }
}
