package dev.quarry.reclaim;

import dev.quarry.physical.Node;
import dev.quarry.reclaim.group.MemoryGroup;
import java.util.List;

/**
 * Whose pages are reclaimed: all of a node, or those of a group of processes ({@code
 * target_mem_cgroup} of {@code struct scan_control}).
 */
public interface ReclaimScope {
  /** The lists of a node that belong to it. */
  List<Lruvec> lruvecs(Node node);

  /** The group that they belong to, with those below it; of a whole node, the root. */
  MemoryGroup target();

  /** Whether somebody asked for it, and nothing runs out. */
  boolean isProactive();

  /** Whether a limit is the reason, rather than that memory runs out: {@code cgroup_reclaim}. */
  boolean isGroup();

  /** How much rather memory of processes is swapped out than pages of files are dropped. */
  int swappiness();
}
