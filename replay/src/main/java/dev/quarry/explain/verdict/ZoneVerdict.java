package dev.quarry.explain.verdict;

import dev.quarry.explain.log.ZoneDump;
import org.jspecify.annotations.Nullable;

/**
 * What the allocator said of one zone.
 *
 * @param zone as the log has it
 * @param rank its place in the zonelist, from 0; {@link #NOT_TRIED} if it is not in it
 * @param eligible whether the zone is in the request's zonelist and its nodemask allows the node
 * @param whyNot why it is not; null if it is
 * @param verdict null if not eligible
 * @param term what decides; null if it passes or is not eligible
 * @param test the arithmetic; null if not eligible
 * @param passesAtHigh whether it passes at the high mark too (the last try before an oom kill)
 */
public record ZoneVerdict(
    ZoneDump zone,
    int rank,
    boolean eligible,
    @Nullable String whyNot,
    @Nullable Verdict verdict,
    @Nullable Term term,
    @Nullable Arithmetic test,
    boolean passesAtHigh) {
  /** The rank of a zone that the request did not try. */
  public static final int NOT_TRIED = -1;

  /**
   * The test on pages, in pages: {@code free - restOfBlock - highatomic - cma > lowered + reserve}.
   *
   * @param free the zone's free counter
   * @param restOfBlock {@code 2^order - 1}
   * @param highatomic free pages out of reach in the high-atomic reserve
   * @param cma free pages out of reach in CMA
   * @param mark the min mark with its boost
   * @param boost how much of it is boost
   * @param lowered the mark as the request's rights lower it
   * @param reserve {@code lowmem_reserve} for the request
   */
  public record Arithmetic(
      long free,
      long restOfBlock,
      long highatomic,
      long cma,
      long mark,
      long boost,
      long lowered,
      long reserve) {
    /** Usable free pages less all that is demanded: the test holds from 1 on. */
    public long margin() {
      return free - restOfBlock - highatomic - cma - lowered - reserve;
    }
  }
}
