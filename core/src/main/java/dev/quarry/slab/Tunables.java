package dev.quarry.slab;

/**
 * How many objects the arrays of a cache hold and move at a time; what slabinfo shows as tunables.
 *
 * @param limit objects in a CPU's array
 * @param batchCount objects moved at a time
 * @param shared how many batches a node's shared array holds
 */
public record Tunables(int limit, int batchCount, int shared) {
  private static final int SHARED = 8;

  public Tunables {
    if (limit < 1 || batchCount < 1 || batchCount > limit || shared < 0) {
      throw new CacheException(
          "tunables",
          "limit "
              + limit
              + ", batchcount "
              + batchCount
              + ", shared "
              + shared
              + ": needs 1 <= batchcount <= limit and shared >= 0");
    }
  }

  /** What a cache of objects of a size begins with: {@code enable_cpucache} (mm/slab.c, 3.10). */
  static Tunables of(int size, int pageShift, int cpus) {
    int page = 1 << pageShift;
    int limit = limit(size, page);
    return new Tunables(limit, (limit + 1) / 2, size <= page && cpus > 1 ? SHARED : 0);
  }

  private static int limit(int size, int page) {
    if (size > 131_072) {
      return 1;
    }
    if (size > page) {
      return 8;
    }
    if (size > 1024) {
      return 24;
    }
    return size > 256 ? 54 : 120;
  }
}
