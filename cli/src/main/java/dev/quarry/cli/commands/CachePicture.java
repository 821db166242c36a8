package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabGeometry;
import dev.quarry.slab.SlabView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A cache in text: what its objects and slabs are like, and its slabs on the lists.
 *
 * <pre>
 *   kmem_cache inode: 9 of 12 objects in use, 2 slabs
 *   │ ...
 *   ├─ node 0 ─┬─ full     0▐██████▌
 *   │          ├─ partial  1▐███···▌
 *   │          └─ free     none
 *   └─ CPU 0 ──┬─ current  2▐██····▌
 * </pre>
 */
final class CachePicture {
  private static final int COLUMNS = 96;
  private static final int BAR = 16;
  private static final int TITLE = 8;

  private final Machine machine;
  private final KmemCache cache;
  private final List<SlabView> slabs;
  private final StringBuilder out = new StringBuilder();

  CachePicture(Machine machine, KmemCache cache, List<SlabView> slabs) {
    this.machine = machine;
    this.cache = cache;
    this.slabs = slabs;
  }

  String draw() {
    out.append(head(cache, slabs)).append('\n');
    shape(cache).forEach(line -> out.append("│ ").append(line).append('\n'));
    List<SlabLists> lists = SlabLists.of(machine, slabs);
    for (int i = 0; i < lists.size(); i++) {
      lists(lists.get(i), i == lists.size() - 1);
    }
    return out.append(SlabMarks.LEGEND).toString();
  }

  /** A cache and how much of it is in use. */
  static String head(KmemCache cache, List<SlabView> slabs) {
    // Not from the cache's statistics: to compute them a CPU collects what others freed.
    long inUse = slabs.stream().mapToLong(SlabView::inUse).sum();
    return "kmem_cache "
        + cache.name()
        + ": "
        + inUse
        + " of "
        + Counted.of((long) slabs.size() * cache.geometry().num(), "object")
        + " in use, "
        + Counted.of(slabs.size(), "slab");
  }

  /** The shape of a cache's slabs, in words. */
  static List<String> shape(KmemCache cache) {
    SlabGeometry shape = cache.geometry();
    KmemCache management = cache.managementCache();
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "objects of %s, %d apart, aligned to %d; %d in a slab of %s (order %d)",
            Counted.of(shape.objectSize(), "byte"),
            shape.size(),
            shape.align(),
            shape.num(),
            Counted.of(1L << shape.order(), "page"),
            shape.order()));
    lines.add(
        String.format(
            Locale.ROOT,
            "slab descriptor and chain: %d bytes, %s; left over: %d bytes, %s",
            shape.managementBytes(),
            management == null ? "on the slab" : "off the slab, in " + management.name(),
            shape.leftOver(),
            Counted.of(shape.colours() + 1L, "colour")));
    return lines;
  }

  private void lists(SlabLists lists, boolean last) {
    String title = lists.title() + " ";
    String branch =
        (last ? "└─ " : "├─ ") + title + "─".repeat(Math.max(1, TITLE - title.length()));
    String below = (last ? " " : "│") + " ".repeat(branch.length() - 1);
    for (int i = 0; i < lists.rows().size(); i++) {
      SlabLists.Row row = lists.rows().get(i);
      String joint = i == 0 ? "┬─" : i == lists.rows().size() - 1 ? "└─" : "├─";
      String begin =
          String.format(Locale.ROOT, "%s%s %-8s", i == 0 ? branch : below, joint, row.name());
      out.append(begin).append(slabs(row, COLUMNS - begin.length())).append('\n');
    }
  }

  /** As many slabs of a list as fit a line. */
  private String slabs(SlabLists.Row row, int columns) {
    if (row.numbers().isEmpty()) {
      return " none";
    }
    StringBuilder line = new StringBuilder();
    int shown = 0;
    for (int number : row.numbers()) {
      String next = " " + number + SlabMarks.bar(slabs.get(number), BAR);
      if (line.length() + next.length() > columns - 12) {
        break;
      }
      line.append(next);
      shown++;
    }
    int rest = row.numbers().size() - shown;
    return rest == 0 ? line.toString() : line + " … " + rest + " more";
  }
}
