package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.LineReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads {@code buddyinfo}. */
final class BuddyInfoParser {
  private BuddyInfoParser() {}

  static BuddyInfo parse(LineReader in) {
    List<BuddyInfo.Zone> zones = new ArrayList<>();
    Set<ZoneId> seen = new HashSet<>();
    int nrOrders = 0;
    while (in.next()) {
      String[] words = in.words();
      ZoneId id = ZoneHeads.parse(in, words);
      if (!seen.add(id)) {
        throw in.error(id + " stands twice");
      }
      Numbers blocks = blocks(in, words, ZoneHeads.WORDS);
      if (nrOrders != 0 && nrOrders != blocks.size()) {
        throw in.error(
            "the line has " + blocks.size() + " orders, the lines above have " + nrOrders);
      }
      nrOrders = blocks.size();
      zones.add(new BuddyInfo.Zone(id, blocks, in.place()));
    }
    if (zones.isEmpty()) {
      throw in.error("the file has no zone");
    }
    return new BuddyInfo(zones, nrOrders);
  }

  /** Counts of blocks by order, from a word on; none is so large that its pages are no frames. */
  static Numbers blocks(LineReader in, String[] words, int first) {
    int columns = words.length - first;
    if (columns < 1 || columns > Limits.MAX_ORDERS) {
      throw in.error(
          "the line has " + columns + " orders; there are from 1 to " + Limits.MAX_ORDERS);
    }
    long[] blocks = new long[columns];
    for (int order = 0; order < columns; order++) {
      String word = words[first + order];
      String digits = word.startsWith(">") ? word.substring(1) : word;
      blocks[order] = in.number(digits, "a number of blocks", Integer.MAX_VALUE >>> order);
    }
    return Numbers.copyOf(blocks, columns);
  }
}
