package dev.quarry.reclaim.oom;

import java.util.List;

/** What this floor asks of the one that knows processes. */
public interface OomTasks {
  /** All processes, by number. */
  List<OomTask> all();

  /** Somebody was killed, and has to end when that is possible. */
  void killed();
}
