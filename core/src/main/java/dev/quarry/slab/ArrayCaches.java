package dev.quarry.slab;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.SpinLock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The arrays of a cache in the textbook's manner: {@code ____cache_alloc}, {@code
 * cache_alloc_refill}, {@code cache_flusharray} and {@code cache_free_alien} (mm/slab.c, 3.10).
 *
 * <pre>
 *   alloc ◄──┐ pop          refill: a batch of the node's shared array, else of its slabs
 *            array[cpu]
 *   free  ──►┘ push         flush:  the oldest batch, to the shared array, else to its slabs
 *   free of another node's object ──► alien array[cpu's node][object's node] ──► that node's slabs
 * </pre>
 */
final class ArrayCaches {
  /** Objects of another node that a node holds back: {@code alloc_alien_cache}. */
  private static final int ALIEN_LIMIT = 12;

  private final KmemCache cache;
  private final SlabCore core;
  private final ObjectArray[] byCpu;
  private final Guarded[] shared;
  private final Guarded[][] alien;

  /** An array that several CPUs use. */
  private static final class Guarded {
    final SpinLock lock = new SpinLock("array cache");
    final ObjectArray array;

    Guarded(int limit) {
      this.array = new ObjectArray(limit);
    }

    /** Takes the oldest objects. */
    long[] take(int count) {
      lock.lock();
      try {
        return array.takeOldest(count);
      } finally {
        lock.unlock();
      }
    }

    /** Puts in as many as fit; returns how many. */
    int put(long[] objects) {
      lock.lock();
      try {
        int room = Math.min(objects.length, array.limit() - array.available());
        for (int i = 0; i < room; i++) {
          array.push(objects[i]);
        }
        return room;
      } finally {
        lock.unlock();
      }
    }
  }

  ArrayCaches(KmemCache cache, SlabCore core, Tunables tunables) {
    this.cache = cache;
    this.core = core;
    int nrNodes = core.physical.nodes().size();
    this.byCpu = new ObjectArray[core.physical.cpus().size()];
    for (int cpu = 0; cpu < byCpu.length; cpu++) {
      byCpu[cpu] = new ObjectArray(tunables.limit());
    }
    this.shared = new Guarded[nrNodes];
    this.alien = new Guarded[nrNodes][nrNodes];
    for (int node = 0; node < nrNodes; node++) {
      shared[node] = new Guarded(tunables.shared() * tunables.batchCount());
      for (int other = 0; other < nrNodes; other++) {
        alien[node][other] = new Guarded(ALIEN_LIMIT);
      }
    }
  }

  long alloc(Cpu cpu, int gfp) {
    ObjectArray own = byCpu[cpu.id()];
    if (own.available() == 0) {
      refill(cpu, own, gfp);
    }
    long object = own.pop();
    if (object != KmemCache.NULL) {
      mark(object, Bufctl.ACTIVE);
    }
    return object;
  }

  private void refill(Cpu cpu, ObjectArray own, int gfp) {
    int batch = cache.tunables().batchCount();
    for (long object : shared[cpu.node()].take(batch)) {
      own.push(object);
    }
    takeFromSlabs(own, cache.node(cpu.node()), batch);
    if (own.available() == 0) {
      long object = cache.allocFromNode(cpu, gfp, cpu.node());
      if (object != KmemCache.NULL && own.available() > 0) { // a constructor led back here
        cache.giveToNode(cpu, object);
      } else if (object != KmemCache.NULL) {
        mark(object, Bufctl.CACHED);
        own.push(object);
        takeFromSlabs(own, cache.node(cpu.node()), batch);
      }
    }
  }

  private void takeFromSlabs(ObjectArray own, NodeSlabs node, int batch) {
    while (own.available() < batch) {
      long object = node.take();
      if (object == KmemCache.NULL) {
        return;
      }
      mark(object, Bufctl.CACHED);
      own.push(object);
    }
  }

  void free(Cpu cpu, long object) {
    mark(object, Bufctl.CACHED);
    int node = core.nodeOf(core.pfnOf(object));
    if (node != cpu.node()) {
      freeAlien(cpu, alien[cpu.node()][node], object);
      return;
    }
    ObjectArray own = byCpu[cpu.id()];
    if (own.isFull()) {
      flush(cpu, own);
    }
    own.push(object);
  }

  private void freeAlien(Cpu cpu, Guarded held, long object) {
    long[] one = {object};
    while (held.put(one) == 0) {
      giveBack(cpu, held.take(ALIEN_LIMIT));
    }
  }

  private void flush(Cpu cpu, ObjectArray own) {
    long[] oldest = own.takeOldest(cache.tunables().batchCount());
    int moved = shared[cpu.node()].put(oldest);
    giveBack(cpu, Arrays.copyOfRange(oldest, moved, oldest.length));
  }

  private void giveBack(Cpu cpu, long[] objects) {
    for (long object : objects) {
      cache.giveToNode(cpu, object);
    }
  }

  /** Empties the array of a CPU that the caller may use, and all that CPUs share. */
  void drain(Cpu cpu) {
    giveBack(cpu, byCpu[cpu.id()].takeOldest(Integer.MAX_VALUE));
    for (int node = 0; node < shared.length; node++) {
      giveBack(cpu, shared[node].take(Integer.MAX_VALUE));
      for (Guarded held : alien[node]) {
        giveBack(cpu, held.take(Integer.MAX_VALUE));
      }
    }
  }

  long sharedAvailable() {
    long all = 0;
    for (Guarded array : shared) {
      all += array.array.available();
    }
    return all;
  }

  /** All objects in arrays; the machine rests. */
  List<Long> objects() {
    List<Long> all = new ArrayList<>();
    for (ObjectArray array : byCpu) {
      add(all, array);
    }
    for (int node = 0; node < shared.length; node++) {
      add(all, shared[node].array);
      for (Guarded held : alien[node]) {
        add(all, held.array);
      }
    }
    return all;
  }

  /** All arrays, those of CPUs first; the machine rests. */
  List<ArrayView> views() {
    List<ArrayView> views = new ArrayList<>();
    for (int cpu = 0; cpu < byCpu.length; cpu++) {
      views.add(byCpu[cpu].view("CPU " + cpu));
    }
    for (int node = 0; node < shared.length; node++) {
      views.add(shared[node].array.view("shared node " + node));
      for (int other = 0; other < shared.length; other++) {
        if (other != node) {
          views.add(alien[node][other].array.view("alien node " + node + " → " + other));
        }
      }
    }
    return views;
  }

  private static void add(List<Long> all, ObjectArray array) {
    for (long object : array.objects()) {
      all.add(object);
    }
  }

  private void mark(long object, int number) {
    long at = core.memory.trusted(core.map.slab(core.pfnOf(object)));
    Bufctl.put(Slab.chain(at), Slab.indexOf(at, object), number);
  }
}
