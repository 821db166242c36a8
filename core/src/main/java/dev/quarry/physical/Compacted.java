package dev.quarry.physical;

/**
 * What compaction came to for a request.
 *
 * @param pfn the block that it won, which is nobody's yet and on no list, or {@link Pfn#NONE}
 */
public record Compacted(CompactResult result, int pfn) {
  /** On a machine that cannot compact, or for a request that may not. */
  public static final Compacted SKIPPED = of(CompactResult.SKIPPED);

  /** A result without a block. */
  public static Compacted of(CompactResult result) {
    return new Compacted(result, Pfn.NONE);
  }
}
