package dev.quarry.cli.commands;

import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabGeometry;
import dev.quarry.slab.SlabView;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The colours of a cache's slabs: each begins one step later than the one before, until the bytes
 * that are left over are used up.
 *
 * <pre>
 *   slab 0  +0    D█████ … █████···
 *   slab 1  +64   ░D█████ … █████··
 *   slab 2  +128  ░░D█████ … █████·
 * </pre>
 */
final class ColourPicture {
  private static final int MOST_STEPS = 40;
  private static final int MOST_SLABS = 24;
  private static final String OBJECTS = "██████ … ██████";

  private ColourPicture() {}

  static String draw(KmemCache cache, List<SlabView> slabs) {
    SlabGeometry shape = cache.geometry();
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "colours of %s: %d bytes left over, %d bytes a step: %s\n",
            cache.name(),
            shape.leftOver(),
            shape.colourStep(),
            shape.colours() == 0 ? "all slabs begin alike" : "offsets 0 to " + largest(shape)));
    List<SlabView> byAddress =
        slabs.stream().sorted(Comparator.comparingLong(SlabView::page)).toList();
    for (SlabView slab : byAddress.subList(0, Math.min(MOST_SLABS, slabs.size()))) {
      out.append(line(shape, slab, SlabMarks.numberOf(slabs, slab))).append('\n');
    }
    if (slabs.size() > MOST_SLABS) {
      out.append("… ").append(slabs.size() - MOST_SLABS).append(" more\n");
    }
    String descriptor = shape.offSlab() ? "" : ", D slab descriptor";
    return out
        + "░ colour, · left over, "
        + Counted.of(stepsPerMark(shape), "step")
        + " a mark"
        + descriptor
        + ", █ objects";
  }

  private static int largest(SlabGeometry shape) {
    return shape.colours() * shape.colourStep();
  }

  /** Where there are more colours than columns, a mark stands for several steps. */
  private static int stepsPerMark(SlabGeometry shape) {
    return Math.ceilDiv(shape.colours() + 1, MOST_STEPS);
  }

  private static String line(SlabGeometry shape, SlabView slab, int number) {
    int perMark = stepsPerMark(shape) * shape.colourStep();
    int before = slab.colourOffset() / perMark;
    int all = largest(shape) / perMark;
    return String.format(
        Locale.ROOT,
        "  slab %-3d  first object at +%-5d  %s%s%s%s",
        number,
        slab.firstObject() - slab.page(),
        "░".repeat(before),
        shape.offSlab() ? "" : "D",
        OBJECTS,
        "·".repeat(Math.max(0, all - before)));
  }
}
