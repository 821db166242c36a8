package dev.quarry.replay.recording;

import java.util.function.ToIntFunction;

/**
 * How page events are read: the bounds that their numbers must keep, and what becomes of a line
 * that does not.
 *
 * @param policy throw, or count and go on
 * @param lastPfn the machine's highest frame
 * @param maxOrder the machine's largest order
 * @param nrMigrateTypes how many migrate types its kernel has
 * @param gfp turns the kernel's names of a request's flags, such as {@code GFP_KERNEL|__GFP_ZERO},
 *     into the caller's mask; called once for each definition in the file. An {@link
 *     IllegalArgumentException} means that a name is unknown
 */
public record PageEventOptions(
    EventPolicy policy, int lastPfn, int maxOrder, int nrMigrateTypes, ToIntFunction<String> gfp) {
  private static final int LARGEST_ORDER = 30;
  private static final int MOST_MIGRATE_TYPES = 16;

  /** No bounds but those of the format. */
  public static PageEventOptions of(EventPolicy policy, ToIntFunction<String> gfp) {
    return new PageEventOptions(policy, Integer.MAX_VALUE, LARGEST_ORDER, MOST_MIGRATE_TYPES, gfp);
  }

  /** The same with the bounds of a machine. */
  public PageEventOptions bounds(int newLastPfn, int newMaxOrder, int newMigrateTypes) {
    return new PageEventOptions(policy, newLastPfn, newMaxOrder, newMigrateTypes, gfp);
  }
}
