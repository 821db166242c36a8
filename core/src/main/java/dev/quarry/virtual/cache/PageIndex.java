package dev.quarry.virtual.cache;

import dev.quarry.physical.Pfn;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which frame holds which page of a file: {@code i_pages}, an xarray. Nodes of 64 slots, sorted by
 * index; an empty node goes.
 */
final class PageIndex {
  private static final int NODE_SHIFT = 6;
  private static final int SLOTS = 1 << NODE_SHIFT;

  private static final class Node {
    final int[] frames = new int[SLOTS];
    int count;

    Node() {
      Arrays.fill(frames, Pfn.NONE);
    }
  }

  private final TreeMap<Long, Node> nodes = new TreeMap<>();

  /** The frame of a page, or {@link Pfn#NONE}. */
  int get(long index) {
    Node node = nodes.get(index >>> NODE_SHIFT);
    return node == null ? Pfn.NONE : node.frames[slot(index)];
  }

  private static int slot(long index) {
    return (int) index & (SLOTS - 1);
  }

  /** Notes a page that was not there. */
  void put(long index, int pfn) {
    Node node = nodes.computeIfAbsent(index >>> NODE_SHIFT, key -> new Node());
    node.frames[slot(index)] = pfn;
    node.count++;
  }

  /** Forgets a page that was there. */
  void remove(long index) {
    Node node = nodes.get(index >>> NODE_SHIFT);
    if (node != null) {
      node.frames[slot(index)] = Pfn.NONE;
      if (--node.count == 0) {
        nodes.remove(index >>> NODE_SHIFT);
      }
    }
  }

  /** The first page at or behind an index, or -1. */
  long next(long index) {
    if (index < 0) {
      return -1;
    }
    for (Map.Entry<Long, Node> at = nodes.ceilingEntry(index >>> NODE_SHIFT);
        at != null;
        at = nodes.higherEntry(at.getKey())) {
      long first = at.getKey() << NODE_SHIFT;
      for (int slot = (int) Math.max(0, index - first); slot < SLOTS; slot++) {
        if (at.getValue().frames[slot] != Pfn.NONE) {
          return first + slot;
        }
      }
    }
    return -1;
  }
}
