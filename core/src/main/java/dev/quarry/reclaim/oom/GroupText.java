package dev.quarry.reclaim.oom;

import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.group.GroupStat;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.reclaim.group.PageCounter;
import java.util.Locale;

/**
 * The head of a group's OOM report: {@code mem_cgroup_print_oom_meminfo} (mm/memcontrol.c, 6.18).
 */
record GroupText(PhysicalMemory memory, MemoryGroups groups) {
  /** The lines, without the end of the last one. */
  String report(MemoryGroup group) {
    return counter("memory", group.memory())
        + counter("swap", group.swap())
        + "Memory cgroup stats for "
        + group
        + ":\n"
        + GroupStat.text(memory, groups, group).stripTrailing();
  }

  private String counter(String name, PageCounter counter) {
    int kib = memory.spec().pageShift() - 10;
    return String.format(
        Locale.ROOT,
        "%s: usage %dkB, limit %dkB, failcnt %d\n",
        name,
        counter.usage() << kib,
        counter.max() << kib,
        counter.failures());
  }
}
