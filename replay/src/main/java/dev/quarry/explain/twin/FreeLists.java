package dev.quarry.explain.twin;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.physical.MigrateType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The free lists of a zone as the log shows them: how many blocks each order has, and which migrate
 * types have some. Letters name a set; how the blocks are shared among its types is not in the log,
 * and no rule for a single request asks.
 *
 * @param nrFree blocks by order
 * @param types for each order a bit for each migrate type whose list has a block
 */
record FreeLists(List<Long> nrFree, List<Integer> types) {
  /** MIGRATE_RESERVE, up to 4.3: blocks that any request may have when nothing else is left. */
  private static final char RESERVE = 'R';

  /** Any request of a type without letters falls back to these. */
  private static final int FOR_ALL = 1 << MigrateType.MOVABLE;

  private static final long MOST_BLOCKS = Integer.MAX_VALUE;

  /**
   * Reads a zone's block list.
   *
   * @param orders how many the twin has
   * @param caveats gets what is contradictory
   */
  static FreeLists of(ZoneDump zone, int orders, List<String> caveats) {
    Long[] counts = new Long[orders];
    Integer[] types = new Integer[orders];
    Arrays.fill(counts, 0L);
    Arrays.fill(types, 0);
    List<BlockCount> blocks = zone.blocks();
    if (blocks == null) {
      return unknown(zone, orders, caveats);
    }
    for (BlockCount block : blocks) {
      if (block.order() < 0 || block.order() >= orders || block.count() <= 0) {
        if (block.count() < 0) {
          caveats.add(TwinPlan.name(zone) + ": " + block.count() + " blocks are taken for none");
        }
        continue;
      }
      counts[block.order()] = Math.min(block.count(), MOST_BLOCKS);
      types[block.order()] = bits(block.types());
    }
    return new FreeLists(List.of(counts), List.of(types));
  }

  /** Without the list, free pages are taken to lie in single pages: enough for order 0 only. */
  private static FreeLists unknown(ZoneDump zone, int orders, List<String> caveats) {
    caveats.add(
        TwinPlan.name(zone)
            + ": its list of free blocks is not in the log; its free pages are taken for single"
            + " pages");
    List<Long> counts = new ArrayList<>();
    List<Integer> types = new ArrayList<>();
    for (int order = 0; order < orders; order++) {
      counts.add(order == 0 ? Math.clamp(zone.kb("free"), 0, MOST_BLOCKS) : 0L);
      types.add(order == 0 && zone.kb("free") > 0 ? FOR_ALL : 0);
    }
    return new FreeLists(counts, types);
  }

  private static int bits(String letters) {
    int bits = 0;
    for (int i = 0; i < letters.length(); i++) {
      bits |= letters.charAt(i) == RESERVE ? FOR_ALL : bit(letters.charAt(i));
    }
    return bits == 0 ? FOR_ALL : bits;
  }

  private static int bit(char letter) {
    for (int type = 0; type < MigrateType.COUNT; type++) {
      if (MigrateType.letter(type) == letter) {
        return 1 << type;
      }
    }
    return 0;
  }
}
