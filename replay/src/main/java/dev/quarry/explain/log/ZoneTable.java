package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;
import dev.quarry.replay.read.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The zones of a report as they come in: first each with its counters and its {@code
 * lowmem_reserve[]}, then, after the last, their lists of blocks.
 */
final class ZoneTable {
  /** Orders of most kernels: 0 to 10. */
  private static final int USUAL_ORDERS = 11;

  private final String file;
  private final Problems problems;
  private final Map<String, Draft> zones = new LinkedHashMap<>();
  private @Nullable Draft last;
  private boolean mixed;

  ZoneTable(String file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  private static final class Draft {
    final int node;
    final String name;
    final Statement line;
    final Map<String, Long> counters;
    long @Nullable [] reserve;
    @Nullable BlockLine blocks;

    Draft(int node, String name, Statement line, Map<String, Long> counters) {
      this.node = node;
      this.name = name;
      this.line = line;
      this.counters = counters;
    }

    String shown() {
      return "zone " + name + " of node " + node;
    }
  }

  /** Node, name, and where the rest of the line begins. */
  private record Head(int node, String name, int rest) {
    static Head of(String text, Problems problems, long line) {
      Cursor cursor = new Cursor(text);
      int node = 0;
      if (cursor.skip("Node")) {
        cursor.skipSpaces();
        node = problems.small(cursor.digits(), line, "the node");
        cursor.skipSpaces();
      }
      int from = cursor.at();
      int end = from;
      while (end < text.length() && text.charAt(end) != ' ' && text.charAt(end) != ':') {
        end++;
      }
      return new Head(node, text.substring(from, end), Math.min(end + 1, text.length()));
    }

    String key() {
      return node + " " + name;
    }
  }

  void zone(Statement line) {
    Head head = Head.of(line.text(), problems, line.line());
    Draft known = zones.get(head.key());
    if (known != null) {
      if (!known.line.text().equals(line.text())) {
        mixed(line, known);
      }
      last = null;
      return;
    }
    Map<String, Long> counters = CounterLine.read(line, head.rest(), problems);
    Draft draft = new Draft(head.node(), head.name(), line, counters);
    for (String mark : new String[] {"free", "min", "low", "high"}) {
      if (!counters.containsKey(mark)) {
        problems.add(line.line(), draft.shown() + " has no \"" + mark + "\": its line is cut off");
      }
    }
    zones.put(head.key(), draft);
    last = draft;
  }

  private void mixed(Statement line, Draft known) {
    if (!mixed) {
      problems.add(
          line.line(),
          known.shown()
              + " is printed a second time, with other figures than in line "
              + known.line.line()
              + ": two reports are mixed, and nothing in the lines tells them apart");
    }
    mixed = true;
  }

  void reserve(Statement line) {
    Draft zone = last;
    last = null;
    if (zone == null) {
      return;
    }
    String text = line.text();
    int colon = text.indexOf(':');
    String list = colon < 0 ? "" : text.substring(colon + 1).strip();
    if (list.isEmpty()) {
      problems.add(line.line(), "lowmem_reserve of " + zone.shown() + " is cut off");
      return;
    }
    String[] words = list.split(" +", -1);
    long[] reserve = new long[words.length];
    for (int i = 0; i < words.length; i++) {
      Long pages = problems.number(words[i], line.line(), "lowmem_reserve of " + zone.shown());
      if (pages == null) {
        return;
      }
      reserve[i] = pages;
    }
    zone.reserve = reserve;
  }

  void blocks(Statement line) {
    Head head = Head.of(line.text(), problems, line.line());
    Draft zone = zones.get(head.key());
    if (zone == null) {
      problems.add(
          line.line(),
          "zone " + head.name() + " of node " + head.node() + " has blocks and no counters");
    } else if (zone.blocks == null || !zone.blocks.isWhole()) {
      zone.blocks = BlockLine.read(line, head.rest(), problems);
    }
  }

  boolean isEmpty() {
    return zones.isEmpty();
  }

  /** Sums a counter over the zones; 0 where it is not printed. */
  long sumKb(String counter) {
    long sum = 0;
    for (Draft zone : zones.values()) {
      sum += zone.counters.getOrDefault(counter, 0L);
    }
    return sum;
  }

  /** kB in the smallest block that a list begins with; 0 if there is none. */
  long smallestBlockKb() {
    long smallest = 0;
    for (Draft zone : zones.values()) {
      if (zone.blocks != null && !zone.blocks.sizes().isEmpty()) {
        long first = zone.blocks.sizes().getFirst().kb();
        smallest = smallest == 0 ? first : Math.min(smallest, first);
      }
    }
    return smallest;
  }

  List<ZoneDump> dumps(int pageKb) {
    int orders = zones.values().stream().mapToInt(ZoneTable::orders).max().orElse(0);
    List<ZoneDump> dumps = new ArrayList<>();
    for (Draft zone : zones.values()) {
      if (zone.reserve == null) {
        problems.add(zone.line.line(), zone.shown() + " has no lowmem_reserve");
      }
      long[] reserve =
          zone.reserve == null ? null : Arrays.copyOf(zone.reserve, zone.reserve.length);
      dumps.add(
          new ZoneDump(
              zone.node,
              zone.name,
              new Place(file, zone.line.line()),
              zone.counters,
              CounterLine.unreclaimable(zone.line.text()),
              reserve,
              blocks(zone, pageKb, orders)));
    }
    return dumps;
  }

  /**
   * A list of which the end is missing. What the counter has and the list has not lies in blocks
   * that are larger than those shown: of which size and type nothing tells.
   */
  private @Nullable List<BlockCount> cutOff(BlockLine list, Draft zone, int pageKb, int orders) {
    String cut = "the blocks of " + zone.shown() + " are cut off";
    List<BlockCount> shown = list.byOrder(pageKb, zone.shown(), problems);
    Long free = zone.counters.get("free");
    int next = list.sizes().size();
    int most = orders == 0 ? USUAL_ORDERS : orders;
    if (shown == null || next == 0 || next >= most || free == null || list.totalKb() < 0) {
      problems.add(list.line(), cut);
      return null;
    }
    long missing = Math.max(0, free - list.totalKb()) / ((long) pageKb << next);
    problems.add(
        list.line(),
        cut
            + " behind those of "
            + ((long) pageKb << (next - 1))
            + " kB; the counter leaves "
            + Math.max(0, free - list.totalKb())
            + " kB for larger ones");
    List<BlockCount> blocks = new ArrayList<>(shown);
    blocks.add(new BlockCount(next, missing, ""));
    for (int order = next + 1; order < most; order++) {
      blocks.add(new BlockCount(order, 0, ""));
    }
    return List.copyOf(blocks);
  }

  private static int orders(Draft zone) {
    return zone.blocks != null && zone.blocks.isWhole() ? zone.blocks.sizes().size() : 0;
  }

  private @Nullable List<BlockCount> blocks(Draft zone, int pageKb, int orders) {
    BlockLine list = zone.blocks;
    if (list == null) {
      problems.add(zone.line.line(), zone.shown() + " has no list of free blocks");
      return null;
    }
    if (!list.isWhole() && (orders == 0 || list.sizes().size() != orders)) {
      return cutOff(list, zone, pageKb, orders);
    }
    Long printed = list.sumKb();
    if (printed != null && printed != list.totalKb()) {
      problems.add(
          list.line(),
          "the blocks of "
              + zone.shown()
              + " add up to "
              + list.totalKb()
              + " kB, printed is "
              + printed
              + " kB");
    }
    return list.byOrder(pageKb, zone.shown(), problems);
  }
}
