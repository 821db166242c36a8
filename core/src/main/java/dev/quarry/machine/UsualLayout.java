package dev.quarry.machine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Lays out RAM as x86 firmware does: frame 0 left out, the legacy hole from 640 KiB to 1 MiB, and
 * the hole for devices from 3 GiB to 4 GiB; what it covers continues above.
 */
final class UsualLayout {
  private static final long PAGE_ZERO_END = 0x1000;
  private static final long LEGACY_HOLE = 640L << 10;
  private static final long LEGACY_END = 1L << 20;
  private static final long DEVICE_HOLE = 3L << 30;
  private static final long DEVICE_END = 4L << 30;

  private static final int MOST_NODES = 64;
  private static final int LOCAL_DISTANCE = 10;
  private static final int REMOTE_DISTANCE = 20;

  private UsualLayout() {}

  /** Gives the machine {@code bytes} of RAM, spread over its nodes evenly. */
  static void ram(SpecDraft draft, int line, long bytes) {
    long page = 1L << draft.pageShift;
    if (bytes < 2 * LEGACY_END || bytes % page != 0) {
      throw new IllegalArgumentException(
          "ram "
              + bytes
              + " is not at least "
              + 2 * LEGACY_END
              + " and made of whole pages of "
              + page
              + " bytes");
    }
    List<long[]> ranges = new ArrayList<>();
    long start = Math.max(PAGE_ZERO_END, page);
    ranges.add(new long[] {start, LEGACY_HOLE / page * page});
    ranges.add(new long[] {LEGACY_END, Math.min(bytes, DEVICE_HOLE)});
    if (bytes > DEVICE_HOLE) {
      ranges.add(new long[] {DEVICE_END, Math.addExact(DEVICE_END, bytes - DEVICE_HOLE)});
    }
    draft.memory.clear();
    draft.reserved.clear();
    int nodes = Math.max(1, draft.nodes.size());
    long share = roundUp(bytes / nodes, page << draft.maxOrder);
    place(draft, line, ranges, nodes, share);
  }

  private static long roundUp(long value, long unit) {
    return (value + unit - 1) / unit * unit;
  }

  private static void place(SpecDraft draft, int line, List<long[]> ranges, int nodes, long share) {
    int node = 0;
    long left = share;
    for (long[] range : ranges) {
      long from = range[0];
      while (from < range[1]) {
        boolean last = node == nodes - 1;
        long to = last ? range[1] : Math.min(range[1], boundary(draft, from, left));
        draft.memory.add(new SpecDraft.Lined<>(new MemoryRange(from, to, node), line));
        left -= to - from;
        from = to;
        if (left <= 0 && !last) {
          node++;
          left = share;
        }
      }
    }
  }

  /** Where a node's share ends, at a multiple of the largest block. */
  private static long boundary(SpecDraft draft, long from, long left) {
    return roundUp(from + left, 1L << (draft.pageShift + draft.maxOrder));
  }

  /**
   * Spreads the machine's memory and CPUs evenly over {@code count} nodes, 20 away from each other.
   */
  static void nodes(SpecDraft draft, int line, int count) {
    if (count < 1 || count > MOST_NODES) {
      throw new IllegalArgumentException("nodes " + count + " is not 1 to " + MOST_NODES);
    }
    draft.nodes.clear();
    for (int id = 0; id < count; id++) {
      List<Integer> distances = new ArrayList<>(Collections.nCopies(count, REMOTE_DISTANCE));
      distances.set(id, LOCAL_DISTANCE);
      draft.nodes.add(new SpecDraft.Lined<>(new NodeSpec(id, distances), line));
    }
    List<long[]> ranges = new ArrayList<>();
    long bytes = 0;
    for (SpecDraft.Lined<MemoryRange> range : draft.memory) {
      ranges.add(new long[] {range.value().start(), range.value().end()});
      bytes += range.value().end() - range.value().start();
    }
    draft.memory.clear();
    place(
        draft,
        line,
        ranges,
        count,
        roundUp(bytes / count, 1L << (draft.pageShift + draft.maxOrder)));
    cpus(draft, line, Math.max(1, draft.cpus.size()));
  }

  /** Gives the machine {@code count} CPUs, spread over its nodes in turn of their numbers. */
  static void cpus(SpecDraft draft, int line, int count) {
    if (count < 1 || count > 8_192) {
      throw new IllegalArgumentException("cpus " + count + " is not 1 to 8192");
    }
    int nodes = Math.max(1, draft.nodes.size());
    draft.cpus.clear();
    for (int cpu = 0; cpu < count; cpu++) {
      int node = (int) ((long) cpu * nodes / count);
      draft.cpus.put(cpu, new SpecDraft.Lined<>(node, line));
    }
  }
}
