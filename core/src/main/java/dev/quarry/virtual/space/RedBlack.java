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
    return left ? areas.left(vma) : areas.right(vma);
  }

  private void child(long vma, boolean left, long child) {
    if (left) {
      areas.left(vma, child);
    } else {
      areas.right(vma, child);
    }
    if (child != NONE) {
      areas.parent(child, vma);
    }
  }

  /** Puts another area, or none, where an area hangs below its parent. */
  private void replace(long vma, long other) {
    long parent = areas.parent(vma);
    if (parent == NONE) {
      mm.set(Field.ROOT, other);
    } else if (areas.left(parent) == vma) {
      areas.left(parent, other);
    } else {
      areas.right(parent, other);
    }
    if (other != NONE) {
      areas.parent(other, parent);
    }
  }

  /** Moves the child of an area to its place, and the area down to the other side. */
  private void rotateUp(long top, boolean left) {
    long up = child(top, left);
    replace(top, up);
    child(top, left, child(up, !left));
    child(up, !left, top);
    areas.subtreeGap(up, areas.subtreeGap(top));
    areas.subtreeGap(top, tree.computeSubtreeGap(top));
  }

  /** A red area was hung in: it may have a red parent. */
  void afterInsert(long inserted, long below) {
    if (below != NONE && !areas.isRed(below)) {
      return;
    }
    long vma = inserted;
    long parent = below;
    while (isRed(parent)) {
      long grand = areas.parent(parent); // there is one: the root is black
      boolean left = areas.left(grand) == parent;
      long uncle = child(grand, !left);
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
      if (isRed(sibling)) {
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
