package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.slab.ArrayView;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabFlags;
import dev.quarry.slab.SlabGeometry;
import dev.quarry.slab.SlabView;
import java.util.List;
import java.util.Locale;

/**
 * A cache in detail: the fields of its descriptor, its arrays of objects, and the slab descriptors
 * on its lists, each with its chain of free objects.
 */
final class CacheDetailPicture {
  private static final int BAR = 32;
  private static final int MOST_ARRAYS = 16;
  private static final int MOST_SLABS = 12;
  private static final int LISTED = 4;

  private final Machine machine;
  private final KmemCache cache;
  private final List<SlabView> slabs;
  private final StringBuilder out = new StringBuilder();

  CacheDetailPicture(Machine machine, KmemCache cache, List<SlabView> slabs) {
    this.machine = machine;
    this.cache = cache;
    this.slabs = slabs;
  }

  String draw() {
    out.append(CachePicture.head(cache, slabs));
    out.append("; descriptor at ").append(KernelArea.hex(cache.descriptor())).append('\n');
    descriptor();
    arrays();
    for (SlabLists lists : SlabLists.of(machine, slabs)) {
      for (SlabLists.Row row : lists.rows()) {
        list(lists.title(), row);
      }
    }
    out.append("└─ flags ").append(SlabFlagNames.of(cache.spec().flags()));
    return out.toString();
  }

  private void line(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }

  private void descriptor() {
    SlabGeometry shape = cache.geometry();
    KmemCache management = cache.managementCache();
    line(
        "│ object_size %-7d size %-8d align %-6d obj_offset %d",
        shape.objectSize(), shape.size(), shape.align(), shape.objectOffset());
    line(
        "│ gfporder    %-7d num  %-8d colour %-5d colour_off %d",
        shape.order(), shape.num(), shape.colours(), shape.colourStep());
    line(
        "│ slab_size   %-7d %s",
        shape.managementBytes(),
        management == null ? "on the slab" : "off the slab, in " + management.name());
    line(
        "│ limit       %-7d batchcount %-2d shared %d",
        cache.tunables().limit(), cache.tunables().batchCount(), cache.tunables().shared());
  }

  private void arrays() {
    List<ArrayView> arrays = cache.arrayViews();
    if (arrays.isEmpty()) {
      boolean checked = (cache.spec().flags() & SlabFlags.DEBUG) != 0;
      line(
          "├─ no arrays: %s",
          checked ? "objects are checked" : "CPUs own slabs; a boot with slab=textbook has arrays");
    }
    for (ArrayView array : arrays.subList(0, Math.min(MOST_ARRAYS, arrays.size()))) {
      int held = array.objects().size();
      String next = held == 0 ? "" : "  next " + KernelArea.hex(array.objects().getLast());
      line(
          "├─ array %-18s %3d of %-3d %s%s",
          array.name(), held, array.limit(), bar(held, array.limit()), next);
    }
    if (arrays.size() > MOST_ARRAYS) {
      line("├─ … %d more arrays", arrays.size() - MOST_ARRAYS);
    }
  }

  private static String bar(int held, int limit) {
    int width = Math.min(BAR, limit);
    int full = limit == 0 ? 0 : Math.ceilDiv(held * width, limit);
    return "▐" + "a".repeat(full) + "·".repeat(width - full) + "▌";
  }

  private void list(String title, SlabLists.Row row) {
    List<Integer> numbers = row.numbers();
    line("├─ %s, %s: %s", title, row.name(), numbers.isEmpty() ? "none" : "");
    for (int number : numbers.subList(0, Math.min(MOST_SLABS, numbers.size()))) {
      SlabView slab = slabs.get(number);
      line(
          "│   slab %-3d at %s  in use %3d  colour %4d  %s",
          number,
          KernelArea.hex(slab.descriptor()),
          slab.inUse(),
          slab.colourOffset(),
          chain("free", slab.freeChain()));
      more("freed", slab.localChain());
      more("freed by others", slab.remoteChain());
    }
    if (numbers.size() > MOST_SLABS) {
      line("│   … %d more", numbers.size() - MOST_SLABS);
    }
  }

  private static String chain(String name, List<Integer> chain) {
    return name + " " + SlabMarks.chain(chain, LISTED);
  }

  private void more(String name, List<Integer> chain) {
    if (!chain.isEmpty()) {
      line("│ %56s%s", "", chain(name, chain));
    }
  }
}
