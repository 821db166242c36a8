package dev.quarry.physical;

import dev.quarry.machine.KernelRelease;
import java.util.Locale;

/** One step of a random sequence. Victims are numbers that are taken modulo what is held then. */
sealed interface Op {
  /** A request for a block near a node. */
  record Alloc(int cpu, int node, long nodeMask, int order, int gfp) implements Op {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "alloc(cpu %d, node %d, mask %x, order %d, %s)",
          cpu,
          node,
          nodeMask,
          order,
          gfpText(gfp));
    }
  }

  /** A request for many single frames. */
  record Bulk(int cpu, int count, int gfp) implements Op {
    @Override
    public String toString() {
      return "bulk(cpu " + cpu + ", " + count + ", " + gfpText(gfp) + ")";
    }
  }

  /** A request for a number of frames that is no power of two. */
  record Exact(int cpu, int pages, int gfp) implements Op {
    @Override
    public String toString() {
      return "exact(cpu " + cpu + ", " + pages + ", " + gfpText(gfp) + ")";
    }
  }

  /** Gives one reference of a held block back. */
  record Free(int cpu, int victim) implements Op {}

  /** Takes a further reference to a held block. */
  record Get(int victim) implements Op {}

  /** Makes a held block several smaller ones. */
  record Split(int victim, int newOrder) implements Op {}

  /** Marks a held block as one that compaction could move, or takes the mark away. */
  record Lru(int victim) implements Op {}

  /** Frees a frame and an order that most likely nobody holds. */
  record WildFree(int cpu, int pfn, int order) implements Op {}

  /** Empties the per-CPU lists of all CPUs. */
  record Drain() implements Op {}

  /** Lets the per-CPU lists of one CPU shrink. */
  record Decay(int cpu) implements Op {}

  private static String gfpText(int gfp) {
    return GfpVocabulary.of(KernelRelease.DEFAULT).format(gfp);
  }
}
