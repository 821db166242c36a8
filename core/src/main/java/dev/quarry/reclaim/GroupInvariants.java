package dev.quarry.reclaim;

import dev.quarry.physical.FrameKind;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks what groups are charged. The machine must be at rest.
 *
 * <pre>
 *   a frame that says a group is allocated, and the group is there
 *   usage of a group == frames that say it or a group below it
 * </pre>
 */
final class GroupInvariants {
  private static final int MOST_FINDINGS = 20;

  private GroupInvariants() {}

  static List<String> check(PhysicalMemory memory, MemoryGroups groups) {
    List<String> findings = new ArrayList<>();
    if (!groups.isInUse()) {
      return findings;
    }
    long[] counted = new long[1 + groups.all().stream().mapToInt(MemoryGroup::id).max().orElse(0)];
    for (Zone zone : memory.zones()) {
      for (int pfn = zone.startPfn(); pfn < zone.endPfn(); pfn++) {
        int id = groups.idOf(pfn);
        if (id != 0 && id < counted.length) {
          counted[id]++;
        }
        boolean known = id == 0 || !groups.of(id).isRoot();
        boolean held = id == 0 || memory.kindOf(pfn) == FrameKind.ALLOCATED;
        if (!(known && held) && findings.size() < MOST_FINDINGS) {
          findings.add("frame " + pfn + ", " + memory.kindOf(pfn) + ", says group " + id);
        }
      }
    }
    for (MemoryGroup group : groups.all()) {
      long sum = group.subtree().stream().mapToLong(one -> counted[one.id()]).sum();
      if (!group.isRoot() && sum != group.usage()) {
        findings.add(group + " is charged " + group.usage() + " pages, " + sum + " say it");
      }
    }
    return findings;
  }
}
