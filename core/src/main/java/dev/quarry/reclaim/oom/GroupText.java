package dev.quarry.reclaim.oom;

import dev.quarry.physical.PageState;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a group's pages are: {@code memory.stat} ({@code memory_stat_format}) and the head of its
 * OOM report ({@code mem_cgroup_print_oom_meminfo}, mm/memcontrol.c, 6.18). Counted when it is
 * asked for, from the descriptors of the pages that say the group.
 */
public final class GroupText {
  /** Counts of {@code memory.stat}, in its order, those that are kept here. */
  private enum Stat {
    ANON,
    FILE,
    SHMEM,
    FILE_MAPPED,
    FILE_DIRTY,
    SWAPCACHED,
    INACTIVE_ANON,
    ACTIVE_ANON,
    INACTIVE_FILE,
    ACTIVE_FILE,
    UNEVICTABLE
  }

  private final PhysicalMemory memory;
  private final MemoryGroups groups;
  private final int shift;

  /** Texts about the groups of a machine. */
  public GroupText(PhysicalMemory memory, MemoryGroups groups) {
    this.memory = memory;
    this.groups = groups;
    this.shift = memory.spec().pageShift();
  }

  /** {@code memory.stat}: bytes of the group and of those below it. */
  public String stat(MemoryGroup group) {
    StringBuilder out = new StringBuilder();
    counts(group)
        .forEach((stat, pages) -> {
          String name = stat.name().toLowerCase(Locale.ROOT);
          out.append(name).append(' ').append(pages << shift).append('\n');
        });
    return out.toString();
  }

  private Map<Stat, Long> counts(MemoryGroup group) {
    Map<Stat, Long> counts = new EnumMap<>(Stat.class);
    for (Stat stat : Stat.values()) {
      counts.put(stat, 0L);
    }
    for (Zone zone : memory.zones()) {
      for (int pfn = zone.startPfn(); pfn < zone.endPfn(); pfn++) {
        int id = groups.idOf(pfn);
        if (id != 0 && groups.of(id).isIn(group)) {
          count(counts, pfn);
        }
      }
    }
    return counts;
  }

  /** A page; the frames of a huge page have what its head says. */
  private void count(Map<Stat, Long> counts, int pfn) {
    int head = memory.map().headOf(pfn, memory.spec().maxOrder());
    int flags = PageState.flags(memory.map().state(head));
    boolean anon = (flags & PageState.ANON) != 0;
    boolean swapBacked = (flags & PageState.SWAPBACKED) != 0;
    add(counts, anon ? Stat.ANON : Stat.FILE);
    if (!anon && swapBacked) {
      add(counts, Stat.SHMEM);
    }
    if (!anon && memory.map().mapcount(pfn) > 0) {
      add(counts, Stat.FILE_MAPPED);
    }
    if (!anon && !swapBacked && (flags & PageState.DIRTY) != 0) {
      add(counts, Stat.FILE_DIRTY);
    }
    if ((flags & PageState.SWAPCACHE) != 0) {
      add(counts, Stat.SWAPCACHED);
    }
    if ((flags & PageState.LRU) != 0) {
      add(counts, list(flags, anon || swapBacked));
    }
  }

  private static Stat list(int flags, boolean swapBacked) {
    if ((flags & PageState.UNEVICTABLE) != 0) {
      return Stat.UNEVICTABLE;
    }
    if ((flags & PageState.ACTIVE) != 0) {
      return swapBacked ? Stat.ACTIVE_ANON : Stat.ACTIVE_FILE;
    }
    return swapBacked ? Stat.INACTIVE_ANON : Stat.INACTIVE_FILE;
  }

  private static void add(Map<Stat, Long> counts, Stat stat) {
    counts.merge(stat, 1L, Long::sum);
  }

  /** The lines of an OOM report, without the end of the last one. */
  String report(MemoryGroup group) {
    int kib = shift - 10;
    return String.format(
            Locale.ROOT,
            "memory: usage %dkB, limit %dkB, failcnt %d\nMemory cgroup stats for %s:\n",
            group.usage() << kib,
            group.max() << kib,
            group.failures(),
            group)
        + stat(group).stripTrailing();
  }
}
