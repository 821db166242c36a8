package dev.quarry.replay.play;

import java.util.Map;

/** What a replay counts as it plays: requests, by order, type, zone and flags, and odd frees. */
public final class PlayCounters {
  /** Orders that requests are counted by, the machine's and larger ones. */
  public static final int ORDERS = 32;

  long frees;
  long failures;
  long recordedFailures;
  long freesOfStateBefore;
  long freesSkipped;
  long freesOfFailed;
  long handlesReused;
  long unknownCpus;
  long sameFrames;
  final long[] failuresByOrder = new long[ORDERS];
  final RequestCounts requests = new RequestCounts();

  PlayCounters() {}

  /** Requests and frees played. */
  public long events() {
    return allocations() + frees;
  }

  /** Requests played. */
  public long allocations() {
    return requests.all();
  }

  /** Frees played. */
  public long frees() {
    return frees;
  }

  /** Requests that the machine could not serve. */
  public long failures() {
    return failures;
  }

  /** Requests that the recorded kernel could not serve. */
  public long recordedFailures() {
    return recordedFailures;
  }

  /** Frees of blocks that were held when the recording began. */
  public long freesOfStateBefore() {
    return freesOfStateBefore;
  }

  /** Frees of blocks that the machine does not hold: their allocation was not recorded. */
  public long freesSkipped() {
    return freesSkipped;
  }

  /** Frees of blocks that the machine had no memory for. */
  public long freesOfFailed() {
    return freesOfFailed;
  }

  /** Allocations of a block that the recording never freed before: its free was not recorded. */
  public long handlesReused() {
    return handlesReused;
  }

  /** Requests whose frame was the one that the kernel handed out. */
  public long sameFrames() {
    return sameFrames;
  }

  /** Events of CPUs that the machine does not have. */
  public long unknownCpus() {
    return unknownCpus;
  }

  /** Requests of an order. */
  public long ofOrder(int order) {
    return requests.ofOrder(order);
  }

  /** Failed requests of an order. */
  public long failuresOfOrder(int order) {
    return failuresByOrder[order];
  }

  /** Requests of a migrate type. */
  public long ofType(int migrateType) {
    return requests.ofType(migrateType);
  }

  /** Requests by their flags, canonical masks, ascending. */
  public Map<Integer, Long> ofGfp() {
    return requests.byGfp();
  }
}
