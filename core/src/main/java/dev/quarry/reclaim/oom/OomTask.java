package dev.quarry.reclaim.oom;

import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.TaskState;

/**
 * A process, as far as it matters here.
 *
 * @param pid its number
 * @param mm its address space
 */
public record OomTask(int pid, MmStruct mm) {
  /** What it has in common with those who share its address space. */
  TaskState state() {
    return mm.task();
  }

  String comm() {
    return state().comm();
  }
}
