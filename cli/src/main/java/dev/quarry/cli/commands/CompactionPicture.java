package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.FragmentationIndex;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pageblocks;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneCompaction;
import dev.quarry.reclaim.Reclaim;
import java.util.Locale;

/**
 * A zone in the eyes of compaction: how full each pageblock is, what in it cannot move, where both
 * scanners begin next.
 *
 * <pre>
 *      4096  ···▄▄▄▄▄█████
 *            u s       s
 *               M►     ◄F
 * </pre>
 */
final class CompactionPicture {
  private static final int COLUMNS = 64;
  private static final int ROWS = 16;
  private static final String LEVELS = "·▁▂▃▄▅▆▇█";
  private static final int COSTLY_ORDER = 3;
  private static final int HUGE_ORDER = 9;

  private final Machine machine;
  private final PhysicalMemory memory;
  private final Pageblocks blocks;
  private final Zone zone;
  private final ZoneCompaction state;

  CompactionPicture(Machine machine, Zone zone) {
    this.machine = machine;
    this.memory = machine.memory();
    this.blocks = memory.pageblocks();
    this.zone = zone;
    this.state = zone.compaction();
  }

  String draw() {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "%s, pageblocks of %d pages as compaction sees them:%n"
                + "  %s how full; u something in it cannot move, H a huge page, s passed over;%n"
                + "  M where pages are taken next, upwards, F where free ones are, downwards%n",
            zone,
            blocks.pages(),
            LEVELS));
    long first = zone.startPfn() & -blocks.pages();
    long end = Math.min(zone.endPfn(), first + (long) COLUMNS * ROWS * blocks.pages());
    for (long row = first; row < end; row += (long) COLUMNS * blocks.pages()) {
      row(out, row, end);
    }
    if (end < zone.endPfn()) {
      long more = (zone.endPfn() - end + blocks.pages() - 1) / blocks.pages();
      out.append(String.format(Locale.ROOT, "  … and %,d more pageblocks\n", more));
    }
    return out.append(numbers()).toString().stripTrailing();
  }

  private void row(StringBuilder out, long row, long end) {
    StringBuilder levels = new StringBuilder();
    StringBuilder marks = new StringBuilder();
    StringBuilder scanners = new StringBuilder();
    for (int column = 0; column < COLUMNS; column++) {
      long pfn = row + (long) column * blocks.pages();
      boolean ours = pfn < end && blocks.zone((int) pfn) == zone.number();
      levels.append(ours ? level((int) pfn) : ' ');
      marks.append(ours ? mark((int) pfn) : ' ');
      scanners.append(ours ? scanner((int) pfn) : ' ');
    }
    line(out, String.format(Locale.ROOT, "%10d  ", row), levels);
    line(out, " ".repeat(12), marks);
    line(out, " ".repeat(12), scanners);
  }

  private static void line(StringBuilder out, String margin, StringBuilder cells) {
    if (!cells.toString().isBlank()) {
      out.append((margin + cells).stripTrailing()).append('\n');
    }
  }

  /** How much of a pageblock somebody holds. */
  private char level(int block) {
    int held = 0;
    for (int pfn = block; pfn < block + blocks.pages(); pfn++) {
      FrameKind kind = memory.kindOf(pfn);
      held += kind == FrameKind.FREE || kind == FrameKind.PER_CPU ? 0 : 1;
    }
    int most = LEVELS.length() - 1;
    return LEVELS.charAt((held * most + blocks.pages() - 1) / blocks.pages());
  }

  private char mark(int block) {
    if (blocks.skip(block)) {
      return 's';
    }
    for (int pfn = block; pfn < block + blocks.pages(); pfn++) {
      long page = memory.map().state(pfn);
      if (PageState.isAllocated(page) && (page & PageState.LRU) == 0) {
        return 'u';
      }
      if (PageState.isAllocated(page) && PageState.order(page) > 0) {
        return 'H';
      }
    }
    return ' ';
  }

  private int migrateBlock() {
    int cached = state.cachedMigrate(true);
    return (zone.spans(cached) ? cached : zone.startPfn()) & -blocks.pages();
  }

  private int freeBlock() {
    int cached = state.cachedFree();
    return (zone.spans(cached) ? cached : zone.endPfn() - 1) & -blocks.pages();
  }

  private char scanner(int block) {
    if (block == migrateBlock()) {
      return 'M';
    }
    return block == freeBlock() ? 'F' : ' ';
  }

  private String numbers() {
    int order = Math.min(HUGE_ORDER, memory.spec().maxOrder());
    int index = FragmentationIndex.external(zone.freeBlocksByOrder(), order);
    Reclaim reclaim = machine.reclaimOrNull();
    int threshold = reclaim == null ? 500 : reclaim.compaction().settings().extfragThreshold();
    String verdict =
        index == FragmentationIndex.SUITABLE
            ? "a block of order " + order + " is free"
            : "fragmentation index of order " + order + ": " + index + rule(order, threshold);
    String failures =
        state.deferShift() == 0
            ? ""
            : "\n  "
                + Counted.of(state.deferShift(), "failure")
                + " in a row from order "
                + state.orderFailed()
                + " on: "
                + state.considered()
                + " of "
                + (1 << state.deferShift())
                + " requests turned away";
    return "  " + verdict + failures;
  }

  private static String rule(int order, int threshold) {
    return order > COSTLY_ORDER ? ", compacted above " + threshold : "";
  }
}
