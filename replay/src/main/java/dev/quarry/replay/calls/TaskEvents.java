package dev.quarry.replay.calls;

import org.jspecify.annotations.Nullable;

/** The events of a recording, in the order in which they count. */
public interface TaskEvents extends AutoCloseable {
  /** The next one, or null at the end. */
  @Nullable TaskEvent next();

  @Override
  void close();
}
