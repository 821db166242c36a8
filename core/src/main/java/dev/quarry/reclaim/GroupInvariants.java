package dev.quarry.reclaim;

import dev.quarry.physical.FrameKind;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.reclaim.group.PageCounter;
import dev.quarry.virtual.PageTableLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Checks what groups are charged. The machine must be at rest.
 *
 * <pre>
 *   a frame that says a group is allocated, and the group is there
 *   usage of a group == frames that say it or a group below it + pages for their objects
 *   bytes of a group's objects == sum over its objects
 *   swap of a group == slots that say it or a group below it
 *   what children use of their protection == sum over them of min(usage, setting)
 * </pre>
 */
final class GroupInvariants {
  private static final int MOST_FINDINGS = 20;

  private final PhysicalMemory memory;
  private final MemoryGroups groups;
  private final List<String> findings = new ArrayList<>();

  private GroupInvariants(PhysicalMemory memory, MemoryGroups groups) {
    this.memory = memory;
    this.groups = groups;
  }

  static List<String> check(PhysicalMemory memory, MemoryGroups groups, Swap swap) {
    GroupInvariants check = new GroupInvariants(memory, groups);
    if (groups.isInUse()) {
      long[] frames = new long[check.ids()];
      long[] slots = new long[check.ids()];
      check.frames(frames);
      slots(swap, slots);
      check.groups.all().forEach(group -> check.group(group, frames, slots));
    }
    return check.findings;
  }

  private int ids() {
    return 1 + groups.all().stream().mapToInt(MemoryGroup::id).max().orElse(0);
  }

  private void expect(boolean holds, String finding) {
    if (!holds && findings.size() < MOST_FINDINGS) {
      findings.add(finding);
    }
  }

  private void frames(long[] counted) {
    for (Zone zone : memory.zones()) {
      for (int pfn = zone.startPfn(); pfn < zone.endPfn(); pfn++) {
        int id = groups.idOf(pfn);
        if (id != 0) {
          boolean known = id < counted.length && !groups.of(id).isRoot();
          boolean held = memory.kindOf(pfn) == FrameKind.ALLOCATED;
          expect(known && held, "frame " + pfn + ", " + memory.kindOf(pfn) + ", says group " + id);
          counted[known ? id : 0]++;
        }
      }
    }
  }

  private static void slots(Swap swap, long[] counted) {
    for (SwapArea area : swap.areas().all()) {
      for (int slot = 1; slot < area.slots(); slot++) {
        if (area.isInUse(slot)) {
          counted[area.cluster(slot).group(SwapArea.inCluster(slot))]++;
        }
      }
    }
  }

  private void group(MemoryGroup group, long[] frames, long[] slots) {
    long ofChildren = sum(group.children(), one -> Math.min(one.usage(), one.memory().min()));
    long low = sum(group.children(), one -> Math.min(one.usage(), one.memory().low()));
    PageCounter counter = group.memory();
    expect(
        ofChildren == counter.minOfChildren() && low == counter.lowOfChildren(),
        group + ": children use " + ofChildren + " of min and " + low + " of low, not as counted");
    long bytes = groups.objects().bytes(group);
    expect(bytes == group.objectBytes(), group + " has " + bytes + " bytes of objects");
    List<MemoryGroup> below = group.isRoot() ? group.children() : group.subtree();
    if (group.isRoot()) {
      expect(sum(below, MemoryGroup::usage) == group.usage(), "the root is not the sum of all");
      return;
    }
    long pages = sum(below, one -> frames[one.id()]);
    pages += sum(below, one -> objectPages(one));
    expect(
        pages == group.usage(),
        group + " is charged " + group.usage() + " pages, " + pages + " say it");
    long places = sum(below, one -> slots[one.id()]);
    expect(
        places == group.swap().usage(),
        group + " is charged " + group.swap().usage() + " slots, " + places + " say it");
  }

  private static long objectPages(MemoryGroup group) {
    return MemoryGroup.pages(group.objectBytes(), PageTableLayout.PAGE_SHIFT);
  }

  private static long sum(List<MemoryGroup> all, ToLongFunction<MemoryGroup> what) {
    return all.stream().mapToLong(what).sum();
  }
}
