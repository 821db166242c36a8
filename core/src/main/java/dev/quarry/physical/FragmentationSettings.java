package dev.quarry.physical;

import dev.quarry.machine.KernelRelease;

/**
 * The settings under {@code /proc/sys/vm} against fragmentation: {@code defrag_mode}, {@code
 * watermark_boost_factor} (mm/page_alloc.c, 6.18). They may be changed while the machine runs.
 *
 * <pre>
 *   defrag_mode   no block of the type ─► claim a whole pageblock ─► reclaim, compact ─► mix types
 *   else          no block of the type ─► claim, or mix types
 * </pre>
 */
public final class FragmentationSettings {
  private static final KernelRelease FIRST_WITH_DEFRAG_MODE = new KernelRelease(6, 15);

  private final KernelRelease release;
  private volatile int boostFactor;
  private volatile boolean defragMode;

  FragmentationSettings(KernelRelease release, int boostFactor) {
    this.release = release;
    this.boostFactor = boostFactor;
  }

  /** Whether reclaim and compaction come before a pageblock has pages of two types. */
  public boolean defragMode() {
    return defragMode;
  }

  /**
   * Sets whether they do.
   *
   * @throws IllegalArgumentException if the machine's kernel is older than the setting
   */
  public void defragMode(boolean on) {
    if (on && !release.isAtLeast(FIRST_WITH_DEFRAG_MODE)) {
      throw new IllegalArgumentException(
          "defrag_mode came with Linux "
              + FIRST_WITH_DEFRAG_MODE
              + ", this machine's kernel is "
              + release);
    }
    defragMode = on;
  }

  /** {@code ALLOC_NOFRAGMENT} if types are not to be mixed, to be added to a request's flags. */
  int allocFlags() {
    return defragMode ? AllocFlags.NOFRAGMENT : 0;
  }

  /** For which order kswapd is woken for a request: whole pageblocks, if types are not mixed. */
  int reclaimOrder(int order, int pageblockOrder) {
    return defragMode ? Math.max(order, pageblockOrder) : order;
  }

  /** By how much marks are raised after types were mixed, in 1/10,000 of the high mark. */
  public int boostFactor() {
    return boostFactor;
  }

  /** Sets it; 0: not at all. */
  public void boostFactor(int factor) {
    boostFactor = factor;
  }
}
