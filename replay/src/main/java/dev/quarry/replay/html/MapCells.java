package dev.quarry.replay.html;

import dev.quarry.physical.FrameRanges;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.Pageblocks;
import dev.quarry.physical.Zone;
import dev.quarry.replay.play.PageblockMap;
import java.util.Arrays;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The cells of one zone: those that have RAM, ascending. */
final class MapCells {
  /** Stands for a type in cells whose pages are all reserved. */
  private static final char RESERVED = '-';

  private final Zone zone;
  private final Pageblocks blocks;
  private final int shift;
  private final int[] cells;

  /**
   * @param shift log2 of the pageblocks in a cell
   */
  MapCells(Zone zone, Pageblocks blocks, int shift) {
    this.zone = zone;
    this.blocks = blocks;
    this.shift = shift;
    this.cells = withRam(zone.presentRanges(), blocks.order() + shift);
  }

  private static int[] withRam(FrameRanges ranges, int cellOrder) {
    int[] found = new int[16];
    int n = 0;
    for (int i = 0; i < ranges.count(); i++) {
      int first = ranges.start(i) >> cellOrder;
      if (n > 0 && found[n - 1] == first) {
        first++; // the cell holds the end of the range before, too
      }
      for (int cell = first; cell <= (ranges.end(i) - 1) >> cellOrder; cell++) {
        if (n == found.length) {
          found = Arrays.copyOf(found, 2 * n);
        }
        found[n++] = cell;
      }
    }
    return Arrays.copyOf(found, n);
  }

  int count() {
    return cells.length;
  }

  void put(ObjectNode node, int[] usable, PageblockMap before, PageblockMap after) {
    runsOfCells(node.putArray("cells"));
    sums(node.putArray("usable"), block -> usable[block]);
    state(node.putObject("before"), usable, before);
    state(node.putObject("after"), usable, after);
    sums(
        node.putArray("typeChanges"),
        block -> usable[block] > 0 && before.type(block) != after.type(block) ? 1 : 0);
  }

  /** First frame and number of the cells that lie side by side; between them are holes. */
  private void runsOfCells(ArrayNode out) {
    int start = 0;
    for (int i = 1; i <= cells.length; i++) {
      if (i == cells.length || cells[i] != cells[i - 1] + 1) {
        out.add((long) cells[start] << (blocks.order() + shift)).add(i - start);
        start = i;
      }
    }
  }

  private void state(ObjectNode node, int[] usable, PageblockMap map) {
    StringBuilder types = new StringBuilder();
    Runs others = new Runs(node.putArray("others"));
    for (int cell : cells) {
      int[] counts = new int[MigrateType.COUNT];
      int all =
          fold(
              cell,
              0,
              (sum, block) -> {
                counts[map.type(block)] += usable[block] > 0 ? 1 : 0;
                return sum + (usable[block] > 0 ? 1 : 0);
              });
      int most = most(counts);
      types.append(all == 0 ? RESERVED : MigrateType.letter(most));
      others.add(all - counts[most]);
    }
    others.end();
    node.put("types", types.toString());
    sums(node.putArray("free"), map::freePages);
    sums(node.putArray("listed"), map::listedPages);
  }

  private static int most(int[] counts) {
    int most = 0;
    for (int type = 1; type < counts.length; type++) {
      most = counts[type] > counts[most] ? type : most;
    }
    return most;
  }

  private void sums(ArrayNode out, IntUnaryOperator ofBlock) {
    Runs runs = new Runs(out);
    for (int cell : cells) {
      runs.add(fold(cell, 0, (sum, block) -> sum + ofBlock.applyAsInt(block)));
    }
    runs.end();
  }

  /** Goes through the zone's pageblocks in a cell. */
  private int fold(int cell, int start, IntBinaryOperator step) {
    int value = start;
    long end = Math.min((cell + 1L) << shift, blocks.count());
    for (int block = cell << shift; block < end; block++) {
      if (blocks.zone(block << blocks.order()) == zone.number()) {
        value = step.applyAsInt(value, block);
      }
    }
    return value;
  }
}
