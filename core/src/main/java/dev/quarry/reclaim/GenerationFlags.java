package dev.quarry.reclaim;

/**
 * What multi-generation LRU keeps in {@code folio->flags}, beside the descriptors, whose flags are
 * all in use: LRU_GEN_MASK and LRU_REFS_MASK (include/linux/mmzone.h, 6.18).
 *
 * <pre>
 *   a byte for each frame   4  3 2    0
 *                          +----+------+
 *                          |refs| gen+1|    0: on no generation's list
 *                          +----+------+
 * </pre>
 */
final class GenerationFlags {
  /** LRU_REFS_WIDTH: accesses that are counted beyond the first. */
  static final int REFS_WIDTH = 2;

  private static final int GEN_MASK = 7;
  private static final int REFS_SHIFT = 3;
  private static final int MOST_REFS = (1 << REFS_WIDTH) - 1;

  private final byte[] words;

  GenerationFlags(int frames) {
    this.words = new byte[frames];
  }

  /** The generation whose list a page is on, or -1. */
  int generation(int pfn) {
    return (words[pfn] & GEN_MASK) - 1;
  }

  void generation(int pfn, int generation) {
    words[pfn] = (byte) ((words[pfn] & ~GEN_MASK) | (generation + 1));
  }

  /** Accesses through file descriptors beyond the first, 0 to 3. */
  int refs(int pfn) {
    return words[pfn] >>> REFS_SHIFT;
  }

  void clearRefs(int pfn) {
    words[pfn] &= GEN_MASK;
  }

  /** Counts an access; false: there are as many as can be counted. */
  boolean countRef(int pfn) {
    if (refs(pfn) == MOST_REFS) {
      return false;
    }
    words[pfn] = (byte) (words[pfn] + (1 << REFS_SHIFT));
    return true;
  }
}
