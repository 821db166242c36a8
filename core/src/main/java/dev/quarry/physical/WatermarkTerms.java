package dev.quarry.physical;

/**
 * The terms of one test of {@link Watermark}, in pages.
 *
 * @param highAtomic free pages out of reach in the high-atomic reserve
 * @param cma free pages out of reach in CMA
 * @param mark the mark as the test takes it, with its boost
 * @param boost how much of the mark is boost
 * @param lowered the mark as the request's rights lower it
 * @param reserve {@code lowmem_reserve} for the request
 */
record WatermarkTerms(
    long highAtomic, long cma, long mark, long boost, long lowered, long reserve) {
  /** All that the free pages must exceed, but for the rest of the request's own block. */
  private long demand() {
    return highAtomic + cma + lowered + reserve;
  }

  /** These terms, or others that demand less. */
  WatermarkTerms orLess(WatermarkTerms other) {
    return other.demand() < demand() ? other : this;
  }
}
