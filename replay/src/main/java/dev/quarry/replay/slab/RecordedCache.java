package dev.quarry.replay.slab;

import dev.quarry.replay.snapshot.SlabInfo;
import dev.quarry.slab.KmemCache;
import java.util.Optional;

/** A cache of the recorded kernel and the one that stands for it. */
public final class RecordedCache {
  private final String name;
  private final KmemCache cache;
  private final Optional<SlabInfo.Cache> line;
  private final StateBefore before;

  long allocations;
  long frees;
  long unseenFrees;

  RecordedCache(String name, KmemCache cache, Optional<SlabInfo.Cache> line, StateBefore before) {
    this.name = name;
    this.cache = cache;
    this.line = line;
    this.before = before;
  }

  /** The recorded cache's name. */
  public String name() {
    return name;
  }

  /** The cache of the machine; its name may differ. */
  public KmemCache cache() {
    return cache;
  }

  /**
   * Its line in the recorded {@code slabinfo}; empty if it was made later, or that is not there.
   */
  public Optional<SlabInfo.Cache> line() {
    return line;
  }

  StateBefore before() {
    return before;
  }

  /** Allocations in the recording. */
  public long allocations() {
    return allocations;
  }

  /** Frees in the recording, also of objects that were in use before. */
  public long frees() {
    return frees;
  }

  /** Frees without an event, which came to light when the handle was handed out again. */
  public long unseenFrees() {
    return unseenFrees;
  }
}
