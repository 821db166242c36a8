package dev.quarry.replay.slab;

import org.jspecify.annotations.Nullable;

/**
 * Where objects come from: requests of one size by one call site to one cache. The equation: {@code
 * live == allocations - frees}.
 */
public final class Origin {
  private final String cacheName;
  private final String site;
  private final int requested;
  private final int allocated;

  /** Null for blocks of whole pages. */
  final @Nullable RecordedCache cache;

  long allocations;
  long live;

  Origin(@Nullable RecordedCache cache, String cacheName, String site, int requested, int bytes) {
    this.cache = cache;
    this.cacheName = cacheName;
    this.site = site;
    this.requested = requested;
    this.allocated = bytes;
  }

  /** The cache's name. */
  public String cacheName() {
    return cacheName;
  }

  /** Function and offset of the caller. */
  public String site() {
    return site;
  }

  /** Bytes that one request asked for. */
  public int requested() {
    return requested;
  }

  /** Bytes that one request got. */
  public int allocated() {
    return allocated;
  }

  /** How many requests there were. */
  public long allocations() {
    return allocations;
  }

  /** How many objects are still in use at the end. */
  public long live() {
    return live;
  }
}
