package dev.quarry.physical;

/**
 * What the allocator itself allows a request, beside its GFP mask: {@code ALLOC_*} of mm/internal.h
 * (6.18). Two values are GFP bits in the same place, as there.
 */
final class AllocFlags {
  static final int WMARK_MIN = 0;
  static final int WMARK_LOW = 1;
  static final int WMARK_HIGH = 2;
  static final int NO_WATERMARKS = 4;

  /** Selects the mark out of the flags. */
  static final int WMARK_MASK = NO_WATERMARKS - 1;

  /** An OOM victim's request: half of the reserve more. */
  static final int OOM = 0x8;

  /** The request cannot block; before 6.3 ALLOC_HARDER. */
  static final int NON_BLOCK = 0x10;

  /** __GFP_HIGH: half of the min mark; before 6.3 ALLOC_HIGH. */
  static final int MIN_RESERVE = 0x20;

  static final int CPUSET = 0x40;
  static final int CMA = 0x80;

  /** No falling back to lists of another migrate type below a whole pageblock. */
  static final int NOFRAGMENT = 0x100;

  /** May take from the reserve for atomic requests of order above 0. */
  static final int HIGHATOMIC = 0x200;

  /** __GFP_KSWAPD_RECLAIM. */
  static final int KSWAPD = 0x800;

  /**
   * The request is atomic, whether or not that gives it {@link #NON_BLOCK}. A bit of our own, for
   * kernels before 6.3, which look at the GFP mask for it.
   */
  static final int ATOMIC = 0x1000;

  /** Any right to go below the min mark. */
  static final int RESERVES = NON_BLOCK | MIN_RESERVE | HIGHATOMIC | OOM;

  private AllocFlags() {}
}
