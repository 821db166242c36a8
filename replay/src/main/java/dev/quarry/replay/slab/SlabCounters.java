package dev.quarry.replay.slab;

/** What a player of slab events has counted. */
public final class SlabCounters {
  long allocations;
  long frees;
  long failures;
  long freesOfStateBefore;
  long kfreesOfNamedCaches;
  long otherCache;
  long unmatchedKfrees;
  long unmatchedFrees;
  long unseenFrees;
  long largeBlocks;
  long noCache;
  long unknownCpus;
  long requestedNow;
  long allocatedNow;
  long allocatedMost;
  long requestedThen;

  SlabCounters() {}

  /** Events that were played. */
  public long events() {
    return allocations + frees;
  }

  /** Objects that were asked for. */
  public long allocations() {
    return allocations;
  }

  /** Objects that were given back. */
  public long frees() {
    return frees;
  }

  /** Requests that the machine could not serve. */
  public long failures() {
    return failures;
  }

  /** Frees of objects that were in use before. */
  public long freesOfStateBefore() {
    return freesOfStateBefore;
  }

  /** {@code kfree} of an object of a named cache. */
  public long kfreesOfNamedCaches() {
    return kfreesOfNamedCaches;
  }

  /** Frees that name another cache than the allocation of that pointer. */
  public long otherCache() {
    return otherCache;
  }

  /** {@code kfree} of an object that was in use before, of which the cache is not known. */
  public long unmatchedKfrees() {
    return unmatchedKfrees;
  }

  /** Frees of objects that were in use before, of a cache that has none left, or is not known. */
  public long unmatchedFrees() {
    return unmatchedFrees;
  }

  /** Pointers that were handed out again without a free: it left no event (RCU, bulk). */
  public long unseenFrees() {
    return unseenFrees;
  }

  /** Requests for more than the largest general cache has. */
  public long largeBlocks() {
    return largeBlocks;
  }

  /** Requests to caches that cannot be made. */
  public long noCache() {
    return noCache;
  }

  /** Events of CPUs that the machine does not have. */
  public long unknownCpus() {
    return unknownCpus;
  }

  /** Most bytes in objects of the recording at a time. */
  public long allocatedMost() {
    return allocatedMost;
  }

  /** Bytes that were asked for at that time. */
  public long requestedThen() {
    return requestedThen;
  }
}
