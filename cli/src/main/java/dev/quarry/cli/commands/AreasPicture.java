package dev.quarry.cli.commands;

import dev.quarry.kernel.Process;
import dev.quarry.machine.Sizes;
import dev.quarry.virtual.space.MapsText;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;
import java.util.Locale;

/**
 * The red-black tree of a process's areas in text, lying on its side: the root at the left, high
 * addresses above.
 *
 * <pre>
 *     ┌─ R  7ffffffde000-7ffffffff000 …
 *   ──B  7ffff7fef000-7ffff7fff000 …
 * </pre>
 */
final class AreasPicture {
  private static final long NONE = VmAreaStruct.NONE;
  private static final int MOST_AREAS = 500;

  private final MmStruct mm;
  private final VmAreaStruct areas;
  private final int width;
  private final StringBuilder out = new StringBuilder();
  private int drawn;

  private AreasPicture(MmStruct mm) {
    this.mm = mm;
    this.areas = mm.spaces().areas();
    this.width = 6 + 3 * height(mm.rootArea());
  }

  static String draw(Process process) {
    MmStruct mm = process.mm();
    mm.lock();
    try {
      AreasPicture picture = new AreasPicture(mm);
      picture.head(process);
      if (mm.rootArea() != NONE) {
        picture.subtree(mm.rootArea(), "", "──");
      }
      picture.foot();
      return picture.out.toString();
    } finally {
      mm.unlock();
    }
  }

  /** How many areas there are from the root to one, itself included. */
  static int depth(MmStruct mm, long vma) {
    int depth = 0;
    VmAreaStruct areas = mm.spaces().areas();
    for (long at = vma; at != NONE; at = areas.parent(at)) {
      depth++;
    }
    return depth;
  }

  private int height(long vma) {
    return vma == NONE ? 0 : 1 + Math.max(height(areas.left(vma)), height(areas.right(vma)));
  }

  private void head(Process process) {
    out.append(process)
        .append(": ")
        .append(Counted.of(mm.mapCount(), "area"))
        .append(", tree of height ")
        .append(height(mm.rootArea()))
        .append(", ")
        .append(Counted.of(mm.totalVm(), "page"))
        .append('\n');
  }

  /**
   * Draws a subtree.
   *
   * @param indent what stands before lines of the subtree
   * @param branch what leads to its root: up, down, or nothing
   */
  private void subtree(long vma, String indent, String branch) {
    boolean above = branch.startsWith("┌");
    boolean below = branch.startsWith("└");
    if (areas.right(vma) != NONE) {
      subtree(areas.right(vma), indent + (below ? "│  " : "   "), "┌──");
    }
    if (drawn++ < MOST_AREAS) {
      line(vma, indent + branch + (areas.isRed(vma) ? "R" : "B"));
    }
    if (areas.left(vma) != NONE) {
      subtree(areas.left(vma), indent + (above ? "│  " : "   "), "└──");
    }
  }

  private void line(long vma, String node) {
    String name = MapsText.name(mm, vma);
    String text =
        String.format(
            Locale.ROOT,
            "%s%s %x-%x %s %5d  gap %-9s %s",
            node,
            " ".repeat(Math.max(1, width - node.length())),
            areas.start(vma),
            areas.end(vma),
            permissions(areas.flags(vma)),
            areas.pages(vma),
            size(areas.subtreeGap(vma)),
            name);
    out.append(text.stripTrailing()).append('\n');
  }

  /** Three digits and a unit, rounded down: gaps are as large as the address space. */
  static String size(long bytes) {
    int unit = bytes == 0 ? 0 : (63 - Long.numberOfLeadingZeros(bytes)) / 10;
    long whole = bytes >>> (10 * unit);
    boolean exact = whole << (10 * unit) == bytes;
    return exact || unit == 0 ? Sizes.compact(bytes) : whole + "KMGTPE".substring(unit - 1, unit);
  }

  static String permissions(long flags) {
    return ((flags & VmFlags.READ) != 0 ? "r" : "-")
        + ((flags & VmFlags.WRITE) != 0 ? "w" : "-")
        + ((flags & VmFlags.EXEC) != 0 ? "x" : "-")
        + ((flags & VmFlags.MAYSHARE) != 0 ? "s" : "p");
  }

  private void foot() {
    if (drawn > MOST_AREAS) {
      out.append("… and ").append(drawn - MOST_AREAS).append(" more below\n");
    }
    out.append("R red, B black; pages; gap: the largest free one in the subtree");
  }
}
