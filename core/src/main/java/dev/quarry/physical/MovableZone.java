package dev.quarry.physical;

import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.ZoneSpec;
import dev.quarry.machine.ZoneType;
import java.util.Arrays;

/**
 * Where each node's ZONE_MOVABLE begins when {@code movablecore=} asks for one: the rest of memory
 * is spread over the nodes evenly, the lower zones first, and what lies above it on a node is
 * movable. Follows {@code find_zone_movable_pfns_for_nodes} (mm/mm_init.c, 6.18).
 */
final class MovableZone {
  private MovableZone() {}

  /** The first movable frame of each node; {@link Integer#MAX_VALUE} where there is none. */
  static int[] starts(MachineSpec spec, FrameRanges[] ram) {
    int[] starts = new int[ram.length];
    Arrays.fill(starts, Integer.MAX_VALUE);
    boolean built = spec.zones().stream().anyMatch(zone -> zone.type() == ZoneType.MOVABLE);
    if (spec.movableCore() <= 0 || !built) {
      return starts;
    }
    long total = 0;
    for (FrameRanges frames : ram) {
      total += frames.frames();
    }
    int blockPages = 1 << spec.maxOrder();
    long movable = roundUp(spec.movableCore() >>> spec.pageShift(), blockPages);
    long kernel = total - Math.min(total, movable);
    int usableFrom = lowestUsable(spec);
    spread(ram, kernel, usableFrom, starts);
    for (int node = 0; node < starts.length; node++) {
      if (starts[node] != Integer.MAX_VALUE) {
        starts[node] = (int) Math.min(Integer.MAX_VALUE, roundUp(starts[node], blockPages));
      }
    }
    return starts;
  }

  private static long roundUp(long value, long unit) {
    return (value + unit - 1) / unit * unit;
  }

  /** Movable memory is cut from the highest ordinary zone only. */
  private static int lowestUsable(MachineSpec spec) {
    long low = 0;
    long highest = 0;
    for (ZoneSpec zone : spec.zones()) {
      if (zone.isAddressed()) {
        if (low < spec.memory().getLast().end()) {
          highest = low;
        }
        low = zone.below();
      }
    }
    return (int) (highest >>> spec.pageShift());
  }

  private static void spread(FrameRanges[] ram, long kernelPages, int usableFrom, int[] starts) {
    long required = kernelPages;
    int usableNodes = ram.length;
    boolean[] full = new boolean[ram.length];
    while (usableNodes > 0 && required > 0) {
      long share = Math.max(1, required / usableNodes);
      for (int node = 0; node < ram.length && required > 0; node++) {
        if (full[node]) {
          continue;
        }
        long got = advance(ram[node], Math.min(share, required), usableFrom, starts, node);
        required -= got;
        if (got < Math.min(share, required + got)) {
          full[node] = true;
          usableNodes--;
        }
      }
    }
    for (int node = 0; node < ram.length; node++) {
      if (starts[node] == Integer.MAX_VALUE && !full[node] && ram[node].count() > 0) {
        starts[node] = Math.max(usableFrom, ram[node].start(0));
      }
    }
  }

  /** Gives the next {@code pages} frames of a node to the kernel; returns how many there were. */
  private static long advance(
      FrameRanges frames, long pages, int usableFrom, int[] starts, int node) {
    int from = starts[node] == Integer.MAX_VALUE ? 0 : starts[node];
    long left = pages;
    for (int i = 0; i < frames.count() && left > 0; i++) {
      int start = Math.max(from, frames.start(i));
      if (start >= frames.end(i)) {
        continue;
      }
      long take = Math.min(left, frames.end(i) - start);
      left -= take;
      starts[node] = (int) (start + take);
    }
    if (starts[node] != Integer.MAX_VALUE && starts[node] < usableFrom) {
      starts[node] = Math.max(starts[node], usableFrom);
    }
    return pages - left;
  }
}
