package dev.quarry.reclaim;

/**
 * Somebody who keeps what could be made again: {@code struct shrinker} (include/linux/shrinker.h,
 * 6.18).
 */
public interface Shrinker {
  /** How many objects it could give up now. */
  long count();

  /**
   * Looks at objects and gives up those that are not in use. It must not ask for memory that waits.
   *
   * @return how many it gave up
   */
  long scan(long objects);
}
