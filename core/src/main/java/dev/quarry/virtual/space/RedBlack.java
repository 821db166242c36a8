package dev.quarry.virtual.space;

import dev.quarry.virtual.space.MmStruct.Field;

/**
 * Keeps the tree of areas balanced: no red area has a red child, and each way down passes as many
 * black ones. A missing child counts as black. Rotations keep the gaps of subtrees right.
 *
 * <pre>
 *        top                     up
 *       /   \    rotate up      /  \
 *      up    c  ───────────►   a   top
 *     /  \                        /   \
 *    a    b                      b     c
 * </pre>
 */
final class RedBlack {
  private static final long NONE = VmAreaStruct.NONE;

  private final MmStruct mm;
  private final AreaTree tree;
  private final VmAreaStruct areas;

  RedBlack(MmStruct mm, AreaTree tree) {
    this.mm = mm;
    this.tree = tree;
    this.areas = mm.areas;
  }

  private boolean isRed(long vma) {
    return vma != NONE && areas.isRed(vma);
  }

  private long child(long vma, boolean left) {
    return areas.child(vma, left);
  }

  private void child(long vma, boolean left, long child) {
    areas.child(vma, left, child);
    if (child != NONE) {
      areas.parent(child, vma);
    }
  }

  /** Puts another area, or none, where an area hangs below its parent. */
  private void replace(long vma, long other) {
    long parent = areas.parent(vma);
    if (parent == NONE) {
      mm.set(Field.ROOT, other);
    } else {
      areas.child(parent, areas.left(parent) == vma, other);
    }
    if (other != NONE) {
      areas.parent(other, parent);
    }
  }

  /** Moves the child of an area to its place, and the area down to the other side. */
  private void rotateUp(long top, boolean left) {
    long up = areas.child(top, left);
    long inner = areas.child(up, !left);
    long parent = areas.parent(top);
    assert areas.parent(up) == top
        : areas.start(up) + " is a child of " + areas.start(top) + " and does not say so";
    assert inner == NONE || areas.parent(inner) == up
        : areas.start(inner) + " is a child of " + areas.start(up) + " and does not say so";
    if (parent == NONE) {
      mm.set(Field.ROOT, up);
    } else {
      boolean first = areas.left(parent) == top;
      assert areas.child(parent, first) == top
          : areas.start(top) + " is no child of " + areas.start(parent);
      areas.child(parent, first, up);
    }
    areas.parent(up, parent);
    areas.child(top, left, inner);
    if (inner != NONE) {
      areas.parent(inner, top);
    }
    areas.child(up, !left, top);
    areas.parent(top, up);
    long largest = tree.gap(top);
    long outer = areas.child(top, !left);
    largest = inner == NONE ? largest : Math.max(largest, areas.subtreeGap(inner));
    largest = outer == NONE ? largest : Math.max(largest, areas.subtreeGap(outer));
    areas.subtreeGap(up, areas.subtreeGap(top));
    areas.subtreeGap(top, largest);
  }

  /** A red area was hung in: it may have a red parent. */
  void afterInsert(long inserted, long below) {
    if (below != NONE && !areas.isRed(below)) {
      return;
    }
    long vma = inserted;
    long parent = below;
    while (isRed(parent)) {
      long grand = areas.parent(parent);
      assert grand != NONE : "the root, from " + areas.start(parent) + ", is red";
      assert !areas.isRed(grand) : areas.start(grand) + " has a red child and is red";
      boolean left = areas.left(grand) == parent;
      long uncle = child(grand, !left);
      assert child(grand, left) == parent
          : areas.start(parent) + " is no child of " + areas.start(grand);
      if (isRed(uncle)) {
        areas.red(parent, false);
        areas.red(uncle, false);
        areas.red(grand, true);
        vma = grand;
        parent = areas.parent(vma);
        continue;
      }
      if (child(parent, !left) == vma) {
        rotateUp(parent, !left);
        parent = vma;
      }
      areas.red(parent, false);
      areas.red(grand, true);
      rotateUp(grand, left);
      break;
    }
    areas.red(mm.rootArea(), false);
  }

  /**
   * Takes an area out. Its neighbours in the list are linked past it already.
   *
   * @param hadGap whether its own gap goes with it: none if it touched the area below
   */
  void erase(long vma, boolean hadGap) {
    long left = areas.left(vma);
    long right = areas.right(vma);
    if (left != NONE && right != NONE) {
      eraseInner(vma, left, right, hadGap);
      return;
    }
    long child = left == NONE ? right : left;
    long parent = areas.parent(vma);
    boolean black = !areas.isRed(vma);
    replace(vma, child);
    if (hadGap) {
      tree.gapChanged(parent);
    }
    if (black) {
      afterErase(child, parent);
    }
  }

  /** With two children: the next one up, which has no left child, takes its place. */
  private void eraseInner(long vma, long left, long right, boolean hadGap) {
    long heir = right;
    while (areas.left(heir) != NONE) {
      heir = areas.left(heir);
    }
    long child = areas.right(heir);
    long parent = areas.parent(heir);
    boolean black = !areas.isRed(heir);
    assert areas.parent(left) == vma && areas.parent(right) == vma
        : areas.start(vma) + " has children that do not say so";
    assert child == NONE || (areas.parent(child) == heir && areas.isRed(child))
        : areas.start(heir) + " has no child below, and one above that is not red";
    assert areas.start(heir) >= areas.end(vma)
        : areas.start(heir) + " is not above " + areas.end(vma);
    if (parent == vma) {
      parent = heir;
    } else {
      child(parent, true, child);
      child(heir, false, right);
    }
    child(heir, true, left);
    replace(vma, heir);
    areas.copyParent(heir, vma);
    areas.subtreeGap(heir, areas.subtreeGap(vma));
    if (parent != heir) {
      tree.propagate(parent, heir);
    }
    if (hadGap) {
      tree.gapChanged(heir);
    }
    if (black) {
      afterErase(child, parent);
    }
  }

  /** The ways through a child, which may be missing, have one black area too few. */
  private void afterErase(long erased, long above) {
    long vma = erased;
    long parent = above;
    while (parent != NONE && !isRed(vma)) {
      boolean left = areas.left(parent) == vma;
      long sibling = child(parent, !left);
      assert child(parent, left) == vma : "an area is no child of " + areas.start(parent);
      assert sibling != NONE : areas.start(parent) + " has lost a black child, and has no other";
      if (isRed(sibling)) {
        assert !areas.isRed(parent) : areas.start(parent) + " has a red child and is red";
        areas.red(sibling, false);
        areas.red(parent, true);
        rotateUp(parent, !left);
        sibling = child(parent, !left);
      }
      boolean near = isRed(child(sibling, left));
      if (!near && !isRed(child(sibling, !left))) {
        areas.red(sibling, true);
        vma = parent;
        parent = areas.parent(vma);
        continue;
      }
      fix(parent, sibling, left);
      return;
    }
    if (vma != NONE) {
      areas.red(vma, false);
    }
  }

  /** The black sibling has a red child to give. */
  private void fix(long parent, long sibling, boolean left) {
    long giver = sibling;
    if (!isRed(child(sibling, !left))) {
      long inner = child(sibling, left);
      areas.red(inner, false);
      areas.red(sibling, true);
      rotateUp(sibling, left);
      giver = inner;
    }
    areas.red(giver, areas.isRed(parent));
    areas.red(parent, false);
    areas.red(child(giver, !left), false);
    rotateUp(parent, !left);
  }
}
