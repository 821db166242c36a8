package dev.quarry.replay.play;

import dev.quarry.replay.recording.RequestEvents;

/**
 * Brings what the next requests will touch into the host's cache. A request waits for its handle,
 * then for the descriptor that the handle names, each a miss in a large table. Looked up for many
 * requests at once, without anybody waiting for the values, these misses overlap.
 *
 * <pre>
 *   one by one   handle ···· descriptor ····   handle ···· descriptor ····   handle ····
 *   together     handle, handle, handle ····   descriptor, descriptor, descriptor ····
 * </pre>
 */
final class LookAhead {
  private static final int REQUESTS = 128;

  private final RecordedBlocks blocks;
  private final int[] handles = new int[REQUESTS];
  private int left;

  /** What was read, kept so that it is read at all. */
  private long read;

  LookAhead(RecordedBlocks blocks) {
    this.blocks = blocks;
  }

  /** A request is about to be played. */
  void at(RequestEvents requests) {
    if (left-- > 0) {
      return;
    }
    left = requests.handlesAhead(handles);
    read += blocks.touch(handles, left);
  }

  @Override
  public String toString() {
    return "looked ahead to requests, " + left + " not played yet, sum " + read;
  }
}
