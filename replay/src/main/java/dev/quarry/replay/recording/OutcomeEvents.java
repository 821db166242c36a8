package dev.quarry.replay.recording;

import dev.quarry.replay.read.Interval;

/**
 * What the kernel's allocator did inside, within the time for which the recording is complete:
 * events {@code Z}, {@code D}, {@code B} and {@code X}. For scoring only, and never in the hands of
 * what is scored.
 */
public final class OutcomeEvents implements AutoCloseable {
  private final PageEvents reader;
  private final Interval interval;

  OutcomeEvents(PageEvents reader, Interval interval) {
    this.reader = reader;
    this.interval = interval;
  }

  /** Goes to the next outcome; false at the end. */
  public boolean next() {
    PageEvent event = reader.event();
    while (reader.next()) {
      if (!event.kind().isRequest() && interval.contains(event.timeMicros())) {
        return true;
      }
    }
    return false;
  }

  /** The outcome; always the same object. */
  public PageEvent event() {
    return reader.event();
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
