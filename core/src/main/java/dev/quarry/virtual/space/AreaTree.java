package dev.quarry.virtual.space;

import dev.quarry.virtual.space.MmStruct.Field;

/**
 * The areas of an address space by address: a list, and a red-black tree whose nodes know the
 * largest gap in their subtree, as Linux had it until 6.0 ({@code mm_rb}).
 *
 * <pre>
 *          [40-60)  gap 20               gap of an area: from the end of its neighbour below,
 *          /      \                      up to its start, or to its guard gap if it is a stack
 *   [10-20) 10   [70-90) 10              gap of a subtree: the largest one in it
 * </pre>
 *
 * <p>What changes an area's start, or its neighbour's end, calls {@link #gapChanged}.
 *
 * <p>HotSpot puts no more than some 30 loads and stores of off-heap memory into one compiled method
 * before it stops to inline even accessors, and inlines no method of more than 325 bytes
 * (FreqInlineSize). The large methods here and in {@link RedBlack} are larger, with the assertions
 * that they have: each is compiled for itself, and that halves what an operation takes.
 */
final class AreaTree {
  private static final long NONE = VmAreaStruct.NONE;

  /** Of an area that was just linked: no gap is as large. */
  private static final long UNKNOWN_GAP = -1;

  private final MmStruct mm;
  private final VmAreaStruct areas;
  private final SpaceSettings settings;
  private final RedBlack balance;

  AreaTree(MmStruct mm) {
    this.mm = mm;
    this.areas = mm.areas;
    this.settings = mm.spaces().settings();
    this.balance = new RedBlack(mm, this);
  }

  /** The first area that ends above an address: {@code find_vma}. */
  long find(long address) {
    long last = mm.lastUsed();
    if (last != NONE
        && Long.compareUnsigned(areas.start(last), address) <= 0
        && Long.compareUnsigned(address, areas.end(last)) < 0) {
      return last;
    }
    long found = descend(address);
    if (found != NONE) {
      mm.lastUsed(found);
    }
    return found;
  }

  private long descend(long address) {
    long found = NONE;
    long at = mm.rootArea();
    while (at != NONE) {
      if (Long.compareUnsigned(areas.end(at), address) > 0) {
        found = at;
        if (Long.compareUnsigned(areas.start(at), address) <= 0) {
          break;
        }
        at = areas.left(at);
      } else {
        at = areas.right(at);
      }
    }
    return found;
  }

  /** The highest area that ends at or below an address, given the first one above it. */
  long before(long next) {
    return next == NONE ? last() : areas.prev(next);
  }

  /** The highest area, or none. */
  long last() {
    long at = mm.rootArea();
    long last = NONE;
    while (at != NONE) {
      last = at;
      at = areas.right(at);
    }
    return last;
  }

  /**
   * Links an area that overlaps no other.
   *
   * @param prev the neighbour below, or none
   */
  void insert(long vma, long prev) {
    long parent = hang(vma, prev);
    areas.subtreeGap(vma, UNKNOWN_GAP);
    gapChanged(vma);
    long next = areas.next(vma);
    if (next != NONE && next != parent) {
      gapChanged(next);
    }
    balance.afterInsert(vma, parent);
  }

  /** Links the upper part of an area that was cut: what is free does not change. */
  void insertAbove(long vma, long below) {
    long parent = hang(vma, below);
    areas.subtreeGap(vma, 0);
    balance.afterInsert(vma, parent);
  }

  /**
   * Links an area between its neighbours, and hangs it where one of them has no child: one always
   * has none. Returns the parent.
   */
  private long hang(long vma, long prev) {
    long next = prev == NONE ? mm.firstArea() : areas.next(prev);
    assert prev == NONE || areas.end(prev) <= areas.start(vma)
        : "an area up to " + areas.end(prev) + " overlaps one from " + areas.start(vma);
    assert next == NONE || areas.end(vma) <= areas.start(next)
        : "an area up to " + areas.end(vma) + " overlaps one from " + areas.start(next);
    areas.prev(vma, prev);
    areas.next(vma, next);
    if (prev == NONE) {
      mm.set(Field.FIRST, vma);
    } else {
      areas.next(prev, vma);
    }
    if (next == NONE) {
      mm.set(Field.HIGHEST_END, areas.end(vma));
    } else {
      areas.prev(next, vma);
    }
    boolean left = next != NONE && areas.left(next) == NONE;
    long parent = left ? next : prev;
    areas.left(vma, NONE);
    areas.right(vma, NONE);
    areas.parentRed(vma, parent);
    if (parent == NONE) {
      mm.set(Field.ROOT, vma);
    } else {
      areas.child(parent, left, vma);
    }
    mm.add(Field.MAP_COUNT, 1);
    if (!areas.isAnonymous(vma)) {
      mm.spaces().files().file(areas.file(vma)).linked(vma);
    }
    countStack(vma, 1);
    return parent;
  }

  /** Unlinks an area; its object stays as it is. */
  void remove(long vma) {
    long prev = areas.prev(vma);
    long next = areas.next(vma);
    if (prev == NONE) {
      mm.set(Field.FIRST, next);
    } else {
      areas.next(prev, next);
    }
    if (next == NONE) {
      mm.set(Field.HIGHEST_END, prev == NONE ? 0 : areas.end(prev));
    } else {
      areas.prev(next, prev);
    }
    forget(vma);
    gapChanged(next); // before the tree turns: turning goes by gaps that are right
    balance.erase(vma, true);
  }

  private void forget(long vma) {
    if (!areas.isAnonymous(vma)) {
      mm.spaces().files().file(areas.file(vma)).unlinked(vma);
    }
    if (mm.lastUsed() == vma) {
      mm.lastUsed(NONE);
    }
    mm.add(Field.MAP_COUNT, -1);
    countStack(vma, -1);
  }

  private void countStack(long vma, long change) {
    if (areas.has(vma, VmFlags.GROWSDOWN)) {
      mm.add(Field.STACKS, change);
    }
  }

  /** Lets an area grow over its neighbour above, which it touches: what is free stays the same. */
  void absorb(long below, long above) {
    long next = areas.next(above);
    areas.end(below, areas.end(above));
    areas.next(below, next);
    if (next != NONE) {
      areas.prev(next, below);
    }
    forget(above);
    balance.erase(above, false);
  }

  /** Moves the bound between two areas that touch: what is free stays the same. */
  void moveBound(long below, long above, long at) {
    areas.pgoff(above, areas.pgoffAt(above, at));
    areas.end(below, at);
    areas.start(above, at);
  }

  /** Gives an area other bounds, which overlap no neighbour: its place in the tree is the same. */
  void resize(long vma, long start, long end, long pgoff) {
    boolean below = areas.start(vma) != start;
    boolean above = areas.end(vma) != end;
    areas.start(vma, start);
    areas.end(vma, end);
    areas.pgoff(vma, pgoff);
    if (below) {
      gapChanged(vma);
    }
    if (above) {
      if (areas.next(vma) == NONE) {
        mm.set(Field.HIGHEST_END, end);
      } else {
        gapChanged(areas.next(vma));
      }
    }
  }

  /** Where an area begins for others: a stack keeps a gap below it. {@code vm_start_gap}. */
  long startGap(long vma) {
    long start = areas.start(vma);
    if (!areas.has(vma, VmFlags.GROWSDOWN)) {
      return start;
    }
    long gap = settings.stackGuardGapBytes();
    return Long.compareUnsigned(start, gap) < 0 ? 0 : start - gap;
  }

  /** Free bytes between an area and its neighbour below. */
  long gap(long vma) {
    long prev = areas.prev(vma);
    long below = prev == NONE ? 0 : areas.end(prev);
    long start = startGap(vma);
    return Math.max(0, start - below); // user addresses have no sign bit
  }

  /** What {@code rb_subtree_gap} should be. */
  long computeSubtreeGap(long vma) {
    long largest = gap(vma);
    long left = areas.left(vma);
    if (left != NONE) {
      largest = Math.max(largest, areas.subtreeGap(left));
    }
    long right = areas.right(vma);
    return right == NONE ? largest : Math.max(largest, areas.subtreeGap(right));
  }

  /** An area's own gap, or a child's, has changed: tells those above, as far as it matters. */
  void gapChanged(long vma) {
    propagate(vma, NONE);
  }

  /** The same, but only below an area. */
  void propagate(long vma, long stop) {
    for (long at = vma; at != stop; at = areas.parent(at)) {
      long prev = areas.prev(at);
      long below = prev == NONE ? 0 : areas.end(prev);
      assert below <= areas.start(at)
          : "an area up to " + below + " overlaps one from " + areas.start(at);
      long largest = startGap(at) - below; // negative in a guard gap
      long left = areas.left(at);
      if (left != NONE) {
        assert areas.parent(left) == at : areas.start(left) + " hangs below " + areas.start(at);
        largest = Math.max(largest, areas.subtreeGap(left));
      }
      long right = areas.right(at);
      if (right != NONE) {
        assert areas.parent(right) == at : areas.start(right) + " hangs below " + areas.start(at);
        largest = Math.max(largest, areas.subtreeGap(right));
      }
      long gap = Math.max(0, largest);
      assert gap < mm.taskSize()
          : gap + " free bytes are not less than " + mm.taskSize() + " in all";
      if (areas.subtreeGap(at) == gap) {
        return;
      }
      areas.subtreeGap(at, gap);
    }
  }
}
