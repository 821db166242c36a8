package dev.quarry.replay.html;

import dev.quarry.physical.MigrateType;
import dev.quarry.replay.play.PageblockMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The pageblocks counted by migrate type, and what changed in them. Reserved ones are left out. */
final class MapTotals {
  private final int[] usable;
  private final PageblockMap before;
  private final PageblockMap after;

  MapTotals(int[] usable, PageblockMap before, PageblockMap after) {
    this.usable = usable;
    this.before = before;
    this.after = after;
  }

  void put(ObjectNode node) {
    ArrayNode types = node.putArray("types");
    for (int type = 0; type < MigrateType.COUNT; type++) {
      long[] first = ofType(before, type);
      long[] last = ofType(after, type);
      if (first[0] + last[0] > 0) {
        ObjectNode one = types.addObject();
        one.put("type", MigrateType.label(type));
        one.put("letter", String.valueOf(MigrateType.letter(type)));
        sums(one.putObject("before"), first);
        sums(one.putObject("after"), last);
      }
    }
    changes(node.putObject("changes"));
  }

  private static void sums(ObjectNode node, long[] sums) {
    node.put("blocks", sums[0]).put("usablePages", sums[1]).put("freePages", sums[2]);
  }

  /** Pageblocks, their usable pages, and their free pages. */
  private long[] ofType(PageblockMap map, int type) {
    long[] sums = new long[3];
    for (int block = 0; block < usable.length; block++) {
      if (usable[block] > 0 && map.type(block) == type) {
        sums[0]++;
        sums[1] += usable[block];
        sums[2] += map.freePages(block);
      }
    }
    return sums;
  }

  private void changes(ObjectNode node) {
    long typeChanged = 0;
    long fuller = 0;
    long taken = 0;
    long emptier = 0;
    long given = 0;
    for (int block = 0; block < usable.length; block++) {
      typeChanged += usable[block] > 0 && before.type(block) != after.type(block) ? 1 : 0;
      int more = after.freePages(block) - before.freePages(block);
      fuller += more < 0 ? 1 : 0;
      taken += Math.max(0, -more);
      emptier += more > 0 ? 1 : 0;
      given += Math.max(0, more);
    }
    node.put("typeChanged", typeChanged);
    node.put("fullerBlocks", fuller).put("takenPages", taken);
    node.put("emptierBlocks", emptier).put("givenPages", given);
  }
}
