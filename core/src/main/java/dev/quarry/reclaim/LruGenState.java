package dev.quarry.reclaim;

import dev.quarry.physical.PhysicalMemory;

/**
 * Whether generations are kept, and by what: {@code enum} of LRU_GEN_CORE, LRU_GEN_MM_WALK
 * (include/linux/mmzone.h), {@code lru_gen_change_state} (mm/vmscan.c, 6.18). LRU_GEN_NONLEAF_YOUNG
 * is about accessed bits of upper tables, at which the walk does not look.
 */
public final class LruGenState {
  /** Generations instead of active and inactive lists. */
  public static final int CORE = 1;

  /** Page tables are walked to see what was used. */
  public static final int WALKS = 2;

  /** All that can be set. */
  public static final int ALL = CORE | WALKS;

  private LruGenState() {}

  static void change(PhysicalMemory memory, Lruvecs lruvecs, GenerationLru aged, int state) {
    aged.walks((state & WALKS) != 0);
    boolean on = (state & CORE) != 0;
    if (on == (lruvecs.all().getFirst().generations() != null)) {
      return;
    }
    GenerationFlags flags = on ? new GenerationFlags(memory.map().endPfn()) : null;
    for (Lruvec lruvec : lruvecs.all()) {
      lruvec.become(flags == null ? null : new Generations(memory, lruvec, flags));
    }
  }
}
