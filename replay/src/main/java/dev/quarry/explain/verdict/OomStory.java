package dev.quarry.explain.verdict;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an oom report tells besides the zones.
 *
 * @param constraint why memory was short, in a sentence: the whole machine, a memory group, a
 *     cpuset, a nodemask
 * @param holders who held the memory, largest first
 * @param victim why this task was chosen, in sentences; empty where the log does not tell
 * @param swap the state of swap in a sentence; null where the log does not tell
 */
public record OomStory(
    String constraint, List<Holder> holders, List<String> victim, @Nullable String swap) {
  /**
   * A user of memory.
   *
   * @param name such as {@code anonymous}, {@code slab_unreclaimable}, or a task's name and pid
   * @param pages held
   * @param share of the machine's managed pages, 0 to 1
   * @param reclaimable whether the kernel could have taken it back
   */
  public record Holder(String name, long pages, double share, boolean reclaimable) {}
}
