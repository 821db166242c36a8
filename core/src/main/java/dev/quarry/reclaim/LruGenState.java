package dev.quarry.reclaim;

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

  static void change(Lruvecs lruvecs, GenerationLru aged, int state) {
    aged.walks((state & WALKS) != 0);
    boolean on = (state & CORE) != 0;
    if (on != lruvecs.areGenerations()) {
      lruvecs.become(on);
    }
  }
}
