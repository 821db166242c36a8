package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Host;
import dev.quarry.machine.SpinLock;
import dev.quarry.physical.Gfp;
import dev.quarry.slab.KmemCache;
import java.util.function.LongSupplier;

/**
 * Which areas may map a private page: the reverse map of anonymous memory, {@code struct anon_vma}
 * and {@code struct anon_vma_chain} (mm/rmap.c, 6.18), as bytes in objects of the caches of these
 * names.
 *
 * <pre>
 *   area ── chain ──► avc ──► avc                an avc ties one area to one anon_vma;
 *                      │       │                 it is on a list of each
 *                  anon_vma  anon_vma ──► ...    fork gives the child's area an avc for each of its
 *                                                parent's, and an anon_vma of its own
 *
 *   anon_vma  0 first avc 8 | 8 parent 8 | 16 avcs 8 | 24 children 8 | 32 areas 8
 *   avc       0 area 8 | 8 anon_vma 8 | 16 next of area 8 | 24 next, 32 prev of anon_vma 16
 * </pre>
 *
 * <p>Equation: an anon_vma lives as long as an avc leads to it; {@code areas} counts those whose
 * own one it is, {@code children} those whose parent it is and, in a root, the root itself.
 *
 * <p>{@link #lock} guards all of them; it is taken with the lock of an address space held.
 */
public final class AnonVmas {
  private static final long NONE = VmAreaStruct.NONE;
  private static final int ANON_BYTES = 40;
  private static final int AVC_BYTES = 40;

  private static final int FIRST = 0;
  private static final int PARENT = 8;
  private static final int AVCS = 16;
  private static final int CHILDREN = 24;
  private static final int ACTIVE = 32;

  private static final int AREA = 0;
  private static final int ANON = 8;
  private static final int NEXT_OF_AREA = 16;
  private static final int NEXT = 24;
  private static final int PREV = 32;

  private final long delta;
  private final VmAreaStruct areas;
  private final AccountedCache anonCache;
  private final AccountedCache avcCache;
  private final SpinLock lock = new SpinLock("anon_vma");

  AnonVmas(long delta, VmAreaStruct areas, AccountedCache anonCache, AccountedCache avcCache) {
    this.delta = delta;
    this.areas = areas;
    this.anonCache = anonCache;
    this.avcCache = avcCache;
  }

  static int anonBytes() {
    return ANON_BYTES;
  }

  static int avcBytes() {
    return AVC_BYTES;
  }

  private long get(long object, int field) {
    return Host.getLong(object + delta + field);
  }

  private void set(long object, int field, long value) {
    Host.putLong(object + delta + field, value);
  }

  private void add(long object, int field, long value) {
    set(object, field, get(object, field) + value);
  }

  /** Whether an area was copied by fork from one with pages that both may still share. */
  boolean isForkChild(long vma) {
    return areas.anonVma(vma) != NONE && get(areas.chain(vma), NEXT_OF_AREA) != NONE;
  }

  /**
   * Makes sure that an area has an anon_vma before its first private page comes: {@code
   * anon_vma_prepare}. A neighbour's is taken where the two could be one area but for what mprotect
   * may change.
   *
   * @return false without memory
   */
  public boolean prepare(Cpu cpu, long vma) {
    if (areas.anonVma(vma) != NONE) {
      return true;
    }
    long avc = avcCache.alloc(cpu, Gfp.GFP_KERNEL);
    if (avc == KmemCache.NULL) {
      return false;
    }
    long anon = mergeable(vma);
    if (anon == NONE) {
      anon = create(cpu, NONE);
      if (anon == NONE) {
        avcCache.free(cpu, avc);
        return false;
      }
    }
    lock.lock();
    areas.anonVma(vma, anon);
    link(avc, vma, anon);
    add(anon, ACTIVE, 1);
    lock.unlock();
    return true;
  }

  private long create(Cpu cpu, long parent) {
    long anon = anonCache.alloc(cpu, Gfp.GFP_KERNEL);
    if (anon != KmemCache.NULL) {
      set(anon, FIRST, NONE);
      set(anon, PARENT, parent == NONE ? anon : parent);
      set(anon, AVCS, 0);
      set(anon, CHILDREN, parent == NONE ? 1 : 0);
      set(anon, ACTIVE, 0);
    }
    return anon;
  }

  private void link(long avc, long vma, long anon) {
    set(avc, AREA, vma);
    set(avc, ANON, anon);
    set(avc, NEXT_OF_AREA, areas.chain(vma));
    areas.chain(vma, avc);
    long first = get(anon, FIRST);
    set(avc, NEXT, first);
    set(avc, PREV, NONE);
    if (first != NONE) {
      set(first, PREV, avc);
    }
    set(anon, FIRST, avc);
    add(anon, AVCS, 1);
  }

  /** The anon_vma of a neighbour that the area may share: {@code find_mergeable_anon_vma}. */
  private long mergeable(long vma) {
    long next = areas.next(vma);
    if (next != NONE && isReusable(next) && isCompatible(vma, next)) {
      return areas.anonVma(next);
    }
    long prev = areas.prev(vma);
    boolean reusable = prev != NONE && isReusable(prev) && isCompatible(prev, vma);
    return reusable ? areas.anonVma(prev) : NONE;
  }

  private boolean isReusable(long vma) {
    return areas.anonVma(vma) != NONE && !isForkChild(vma);
  }

  private boolean isCompatible(long below, long above) {
    long differ = areas.flags(below) ^ areas.flags(above);
    return areas.end(below) == areas.start(above)
        && areas.file(below) == areas.file(above)
        && (differ & ~(VmFlags.ACCESS | VmFlags.IGNORED_BY_MERGE)) == 0
        && areas.pgoff(above) == areas.pgoffAt(below, areas.start(above));
  }

  /**
   * Gives an area without any all that another one has, its own included: {@code anon_vma_clone}.
   *
   * @return false without memory; nothing was given
   */
  boolean clone(Cpu cpu, long to, long from) {
    if (!copyChain(cpu, to, from)) {
      return false;
    }
    long anon = areas.anonVma(from);
    areas.anonVma(to, anon);
    if (anon != NONE) {
      lock.lock();
      add(anon, ACTIVE, 1);
      lock.unlock();
    }
    return true;
  }

  private boolean copyChain(Cpu cpu, long to, long from) {
    for (long avc = areas.chain(from); avc != NONE; avc = get(avc, NEXT_OF_AREA)) {
      long copy = avcCache.alloc(cpu, Gfp.GFP_KERNEL);
      if (copy == KmemCache.NULL) {
        unlink(cpu, to);
        return false;
      }
      lock.lock();
      link(copy, to, get(avc, ANON));
      lock.unlock();
    }
    return true;
  }

  /**
   * Ties a child's copy of an area to all that the parent's has, and gives it an anon_vma of its
   * own, or one that has lost its last area: {@code anon_vma_fork}.
   *
   * @param child whose anon_vma and chain are none yet
   * @return false without memory; nothing was tied
   */
  public boolean fork(Cpu cpu, long child, long parent) {
    if (areas.anonVma(parent) == NONE) {
      return true;
    }
    if (!copyChain(cpu, child, parent)) {
      return false;
    }
    long anon = reusableForChild(child);
    if (anon == NONE) {
      anon = createForChild(cpu, child, areas.anonVma(parent));
    }
    if (anon == NONE) {
      unlink(cpu, child);
      return false;
    }
    lock.lock();
    areas.anonVma(child, anon);
    add(anon, ACTIVE, 1);
    lock.unlock();
    return true;
  }

  /** An anon_vma without area that has not two children: pages below it can be the child's. */
  private long reusableForChild(long child) {
    long found = NONE;
    for (long avc = areas.chain(child); avc != NONE; avc = get(avc, NEXT_OF_AREA)) {
      long anon = get(avc, ANON);
      if (get(anon, CHILDREN) < 2 && get(anon, ACTIVE) == 0) {
        found = anon;
      }
    }
    return found;
  }

  private long createForChild(Cpu cpu, long child, long parentAnon) {
    long anon = create(cpu, parentAnon);
    long avc = anon == NONE ? NONE : avcCache.alloc(cpu, Gfp.GFP_KERNEL);
    if (avc == NONE) {
      if (anon != NONE) {
        anonCache.free(cpu, anon);
      }
      return NONE;
    }
    lock.lock();
    link(avc, child, anon);
    add(parentAnon, CHILDREN, 1);
    lock.unlock();
    return anon;
  }

  /** Unties an area from all its anon_vmas; those that nobody is tied to go: unlink_anon_vmas. */
  void unlink(Cpu cpu, long vma) {
    if (areas.chain(vma) == NONE) {
      return;
    }
    lock.lock();
    long own = areas.anonVma(vma);
    if (own != NONE) {
      add(own, ACTIVE, -1);
      areas.anonVma(vma, NONE);
    }
    long avc = areas.chain(vma);
    areas.chain(vma, NONE);
    while (avc != NONE) {
      long next = get(avc, NEXT_OF_AREA);
      long anon = get(avc, ANON);
      unlinkFromAnon(avc, anon);
      avcCache.free(cpu, avc);
      if (get(anon, FIRST) == NONE) {
        add(get(anon, PARENT), CHILDREN, -1);
        anonCache.free(cpu, anon);
      }
      avc = next;
    }
    lock.unlock();
  }

  private void unlinkFromAnon(long avc, long anon) {
    long next = get(avc, NEXT);
    long prev = get(avc, PREV);
    if (prev == NONE) {
      set(anon, FIRST, next);
    } else {
      set(prev, NEXT, next);
    }
    if (next != NONE) {
      set(next, PREV, prev);
    }
    add(anon, AVCS, -1);
  }

  /** The oldest ancestor of an anon_vma, whose areas are all that may map its pages. */
  public long root(long anon) {
    lock.lock();
    long at = anon;
    while (get(at, PARENT) != at) {
      at = get(at, PARENT);
    }
    lock.unlock();
    return at;
  }

  /** Visits an area that may map pages of an anon_vma. */
  @FunctionalInterface
  public interface AreaVisitor {
    /** Returns whether to go on. */
    boolean visit(long vma);
  }

  /** Visits all areas that may map pages of an anon_vma: {@code rmap_walk_anon}. */
  public void forEachArea(long anon, AreaVisitor visitor) {
    forEachArea(() -> anon, visitor);
  }

  /**
   * The same where the anon_vma may go until the lock is held.
   *
   * @param anon is asked with the lock held; {@link VmAreaStruct#NONE}: there is none
   */
  public void forEachArea(LongSupplier anon, AreaVisitor visitor) {
    lock.lock();
    try {
      long found = anon.getAsLong();
      for (long avc = found == NONE ? NONE : get(found, FIRST); avc != NONE; avc = get(avc, NEXT)) {
        if (!visitor.visit(get(avc, AREA))) {
          return;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** What is wrong with an area's chain; empty if nothing. */
  String chainFinding(long vma) {
    boolean own = areas.anonVma(vma) == NONE;
    for (long avc = areas.chain(vma); avc != NONE; avc = get(avc, NEXT_OF_AREA)) {
      if (get(avc, AREA) != vma) {
        return "an avc of another area";
      }
      own |= get(avc, ANON) == areas.anonVma(vma);
    }
    return own ? "" : "no avc for its own anon_vma";
  }
}
