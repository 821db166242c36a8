package dev.quarry.reclaim;

/**
 * Somebody who keeps what could be made again: {@code struct shrinker} (include/linux/shrinker.h,
 * 6.18).
 */
public interface Shrinker {
  /** How many objects it could give up now. */
  long count();

  /**
   * How dear an object is to make again, 2 for most; of those that cost nothing half are given up
   * at each look: {@code seeks}.
   */
  default int seeks() {
    return 2;
  }

  /**
   * Looks at objects and gives up those that are not in use. It must not ask for memory that waits.
   *
   * @return how many it gave up
   */
  long scan(long objects);
}
