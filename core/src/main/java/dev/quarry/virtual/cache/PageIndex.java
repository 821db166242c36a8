package dev.quarry.virtual.cache;

import dev.quarry.physical.Pfn;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which frame holds which page of a file: {@code i_pages}, an xarray. Nodes of 64 slots, sorted by
 * index; an empty node goes. A page that was reclaimed leaves a shadow in its place; nodes that
 * hold nothing else are kept by {@link ShadowNodes}.
 */
final class PageIndex {
  private static final int NODE_SHIFT = 6;
  private static final int SLOTS = 1 << NODE_SHIFT;

  /** No page was reclaimed from a place. */
  static final int NO_SHADOW = 0;

  /** What pages are found by: PAGECACHE_TAG_DIRTY, and PG_readahead. */
  enum Mark {
    DIRTY,
    READAHEAD
  }

  private static final class Node {
    /** A bit for each slot, by mark. */
    final long[] marks = new long[Mark.values().length];

    final int[] frames = new int[SLOTS];
    int count;
    int @Nullable [] shadows;
    int shadowCount;

    Node() {
      Arrays.fill(frames, Pfn.NONE);
    }
  }

  private final TreeMap<Long, Node> nodes = new TreeMap<>();

  /** The node that was found last, and its key; null: none. */
  private @Nullable Node near;

  private long nearKey;
  private final PageCache cache;
  private final ShadowNodes shadowNodes;

  PageIndex(PageCache cache, ShadowNodes shadowNodes) {
    this.cache = cache;
    this.shadowNodes = shadowNodes;
  }

  /** The frame of a page, or {@link Pfn#NONE}. */
  int get(long index) {
    Node node = node(index);
    return node == null ? Pfn.NONE : node.frames[slot(index)];
  }

  /** What was left in the place of a page, or {@link #NO_SHADOW}. */
  int shadow(long index) {
    Node node = node(index);
    return node == null || node.shadows == null ? NO_SHADOW : node.shadows[slot(index)];
  }

  /** Whether the page was evicted, and its shadow is in its place. */
  boolean isEvicted(long index) {
    return shadow(index) != NO_SHADOW;
  }

  private @Nullable Node node(long index) {
    long key = index >>> NODE_SHIFT;
    if (near == null || nearKey != key) {
      near = nodes.get(key);
      nearKey = key;
    }
    return near;
  }

  private void removeNode(long key) {
    nodes.remove(key);
    near = null;
  }

  private static int slot(long index) {
    return (int) index & (SLOTS - 1);
  }

  /** Notes a page that was not there; the shadow that was in its place. */
  int put(long index, int pfn) {
    Node node = node(index);
    if (node == null) {
      node = new Node();
      nodes.put(index >>> NODE_SHIFT, node);
      near = node;
    }
    if (node.count == 0 && node.shadowCount > 0) {
      shadowNodes.remove(cache, index >>> NODE_SHIFT);
    }
    int slot = slot(index);
    node.frames[slot] = pfn;
    node.count++;
    int shadow = node.shadows == null ? NO_SHADOW : node.shadows[slot];
    shadow(node, slot, NO_SHADOW);
    return shadow;
  }

  /** Marks a page that is there, or takes the mark away. */
  void mark(long index, Mark mark, boolean set) {
    Node node = node(index);
    if (node != null) {
      long bit = 1L << slot(index);
      node.marks[mark.ordinal()] &= ~bit;
      node.marks[mark.ordinal()] |= set ? bit : 0;
    }
  }

  /** Whether a page is marked. */
  boolean isMarked(long index, Mark mark) {
    Node node = node(index);
    return node != null && (node.marks[mark.ordinal()] >>> slot(index) & 1) != 0;
  }

  /** The first marked page at or behind an index, or -1. */
  long nextMarked(long index, Mark mark) {
    for (var at = nodes.ceilingEntry(index >>> NODE_SHIFT);
        at != null;
        at = nodes.higherEntry(at.getKey())) {
      long first = at.getKey() << NODE_SHIFT;
      long bits = at.getValue().marks[mark.ordinal()];
      bits &= index > first ? -1L << slot(index) : -1L;
      if (bits != 0) {
        return first + Long.numberOfTrailingZeros(bits);
      }
    }
    return -1;
  }

  /** A page that is there has another frame from now on. */
  void replace(long index, int pfn) {
    Node node = node(index);
    if (node != null) {
      node.frames[slot(index)] = pfn;
    }
  }

  /** Forgets a page that was there, and leaves a shadow or {@link #NO_SHADOW}. */
  void remove(long index, int shadow) {
    Node node = node(index);
    if (node != null) {
      node.frames[slot(index)] = Pfn.NONE;
      node.count--;
      for (int mark = 0; mark < node.marks.length; mark++) {
        node.marks[mark] &= ~(1L << slot(index));
      }
      shadow(node, slot(index), shadow);
      if (node.count == 0) {
        emptied(index >>> NODE_SHIFT, node);
      }
    }
  }

  private void emptied(long key, Node node) {
    if (node.shadowCount == 0) {
      removeNode(key);
    } else {
      shadowNodes.add(cache, key);
    }
  }

  /** Forgets a node that has shadows only. */
  void dropNode(long key) {
    Node node = nodes.get(key);
    if (node != null && node.count == 0) {
      removeNode(key);
    }
  }

  /** Nodes that have shadows only. */
  long shadowNodes() {
    return nodes.values().stream().filter(node -> node.count == 0).count();
  }

  private static void shadow(Node node, int slot, int shadow) {
    if (node.shadows == null) {
      if (shadow == NO_SHADOW) {
        return;
      }
      node.shadows = new int[SLOTS];
    }
    int before = node.shadows[slot];
    node.shadowCount += (shadow == NO_SHADOW ? 0 : 1) - (before == NO_SHADOW ? 0 : 1);
    node.shadows[slot] = shadow;
  }

  /** Forgets shadows from an index on: a file that became shorter. */
  void dropShadows(long first) {
    near = null;
    nodes
        .tailMap(first >>> NODE_SHIFT, true)
        .entrySet()
        .removeIf(entry -> {
          Node node = entry.getValue();
          long base = entry.getKey() << NODE_SHIFT;
          for (int slot = (int) Math.max(0, first - base); slot < SLOTS; slot++) {
            shadow(node, slot, NO_SHADOW);
          }
          boolean empty = node.count == 0 && node.shadowCount == 0;
          if (empty) {
            shadowNodes.remove(cache, entry.getKey());
          }
          return empty;
        });
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
