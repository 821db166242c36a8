package dev.quarry.explain.verdict;

/** What a zone's test came to at the min mark; the first that holds. */
public enum Verdict {
  /** Too few free pages for the mark as the request sees it. */
  BELOW_MIN("below-min"),
  /** Enough for the mark, too few for the mark and {@code lowmem_reserve}. */
  BELOW_MIN_PLUS_RESERVE("below-min-plus-reserve"),
  /** Enough pages, but no free block of the order or more. */
  NO_BLOCK("no-block"),
  /** There are such blocks, all on lists that the request may not take from. */
  BLOCKS_UNUSABLE("blocks-unusable-migratetype"),
  /** Enough pages, but the log does not show whether there was a block of the order. */
  UNKNOWN("unknown"),
  /** The zone would have served the request. */
  PASSES("passes");

  private final String label;

  Verdict(String label) {
    this.label = label;
  }

  /** The verdict as {@code --json} names it. */
  public String label() {
    return label;
  }
}
