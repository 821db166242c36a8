package dev.quarry.replay.recording;

import dev.quarry.replay.read.Interval;

/**
 * The slab events of a recording within an interval: what a player may see. Pointers are handles:
 * they say which free belongs to which allocation; a pointer that was not allocated here is of the
 * state before, and then says too which of its objects lie in one slab.
 */
public final class SlabRequests implements AutoCloseable {
  private final SlabEvents reader;
  private final SlabEvent event;
  private final Interval interval;

  /** The events of a reader that nobody else reads; it is closed with this. */
  public SlabRequests(SlabEvents reader, Interval interval) {
    this.reader = reader;
    this.event = reader.event();
    this.interval = interval;
  }

  /** Goes to the next event; false at the end. */
  public boolean next() {
    while (reader.next()) {
      if (interval.contains(event.timeMicros())) {
        return true;
      }
    }
    return false;
  }

  /** The event; always the same object. */
  public SlabEvent event() {
    return event;
  }

  /** The lines that were wrong up to here. */
  public EventProblems problems() {
    return reader.problems();
  }

  @Override
  public void close() {
    reader.close();
  }
}
