package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.FreeList;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.Locale;

/**
 * The buddy system of a zone in text: a map of its frames, and its free lists by order.
 *
 * <pre>
 *   frame      4096  ████████░░░░····        held, on a CPU's list, free
 *   order 3    1     M 4104
 * </pre>
 */
final class BuddyPicture {
  private static final int COLUMNS = 64;
  private static final int ROWS = 16;
  private static final int LISTED = 6;

  private final PhysicalMemory memory;
  private final Zone zone;

  BuddyPicture(Machine machine, Zone zone) {
    this.memory = machine.memory();
    this.zone = zone;
  }

  /**
   * Draws.
   *
   * @param from the first frame of the map
   * @param pages how many frames it shows; 0 for as many as the zone has
   */
  String draw(int from, int pages) {
    int first = Math.clamp(from, zone.startPfn(), zone.endPfn() - 1);
    long shown = pages > 0 ? Math.min(pages, zone.endPfn() - first) : zone.endPfn() - first;
    int perCell = 1;
    while ((shown + perCell - 1) / perCell > COLUMNS * ROWS) {
      perCell *= 2;
    }
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "%s: %d of %d pages free; a mark stands for %s:%n"
                + "  █ held, ▒ partly held, · free, c on a CPU's list, R reserved, blank a hole%n",
            zone,
            zone.freePages(),
            zone.managed(),
            Counted.of(perCell, "page")));
    map(out, first, shown, perCell);
    lists(out);
    return out.toString().stripTrailing();
  }

  private void map(StringBuilder out, int first, long shown, int perCell) {
    for (long at = 0; at < shown; at += (long) COLUMNS * perCell) {
      out.append(String.format(Locale.ROOT, "%10d  ", first + at));
      for (int column = 0; column < COLUMNS; column++) {
        long cell = at + (long) column * perCell;
        if (cell < shown) {
          out.append(mark((int) (first + cell), (int) Math.min(perCell, shown - cell)));
        }
      }
      out.append('\n');
    }
  }

  private char mark(int pfn, int pages) {
    int[] kinds = new int[FrameKind.values().length];
    for (int i = 0; i < pages; i++) {
      kinds[memory.kindOf(pfn + i).ordinal()]++;
    }
    int held = kinds[FrameKind.ALLOCATED.ordinal()] + kinds[FrameKind.HELD_SINCE_BOOT.ordinal()];
    if (held == pages) {
      return '█';
    }
    if (held > 0) {
      return '▒';
    }
    if (kinds[FrameKind.PER_CPU.ordinal()] > 0) {
      return 'c';
    }
    if (kinds[FrameKind.FREE.ordinal()] > 0) {
      return '·';
    }
    return kinds[FrameKind.RESERVED.ordinal()] > 0 ? 'R' : ' ';
  }

  private void lists(StringBuilder out) {
    for (int order = memory.spec().maxOrder(); order >= 0; order--) {
      int free = zone.area(order).nrFree();
      if (free == 0) {
        continue;
      }
      out.append(String.format(Locale.ROOT, "  order %-2d %7d ", order, free));
      for (int type = 0; type < MigrateType.COUNT; type++) {
        list(out, order, type);
      }
      out.append('\n');
    }
    if (zone.freePages() == 0) {
      out.append("  all free lists are empty\n");
    }
  }

  private void list(StringBuilder out, int order, int type) {
    FreeList list = zone.area(order).list(type);
    int untouched = zone.freeBlocks(order, type) - list.count();
    if (list.count() + untouched == 0) {
      return;
    }
    out.append(' ').append(MigrateType.letter(type)).append(':');
    int shown = 0;
    for (int pfn = list.first(); pfn != Pfn.NONE && shown < LISTED; pfn = list.after(pfn)) {
      out.append(' ').append(pfn);
      shown++;
    }
    if (list.count() > shown) {
      out.append(" …");
    }
    if (untouched > 0) {
      out.append(" (").append(untouched).append(" never touched)");
    }
  }
}
