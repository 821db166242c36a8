package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Node;
import dev.quarry.physical.OomResult;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.group.GroupEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.reclaim.oom.OomKiller;
import java.util.List;

/**
 * Holds groups to their limits: {@code try_charge_memcg}, {@code try_to_free_mem_cgroup_pages},
 * {@code mem_cgroup_out_of_memory}, {@code __mem_cgroup_handle_over_high} (mm/memcontrol.c,
 * mm/vmscan.c, 6.18).
 *
 * <pre>
 *   a process's operation begins
 *     └─ its group and those above it ─┬─ at max ──► reclaim in it ─► still ─► kill in it
 *                                      └─ above high ─► reclaim in it, hold the process up
 * </pre>
 *
 * <p>The limit is held before an operation, where the kernel holds it at each page: an operation
 * that brings many pages, by read-ahead or as a huge page, may end above it, and the next one
 * reclaims first.
 */
final class GroupLimits {
  /** MAX_RECLAIM_RETRIES. */
  private static final int MOST_TRIES = 16;

  /** MEMCG_CHARGE_BATCH. */
  private static final int BATCH = 64;

  private static final int HZ = 1000;
  private static final int PRECISION_SHIFT = 20;
  private static final int SCALING_SHIFT = 14;
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final PhysicalMemory memory;
  private final MemoryGroups groups;
  private final Lruvecs lruvecs;
  private final ShrinkNode shrinkNode;
  private final ReclaimSettings settings;
  private final LruBatches batches;
  private final OomKiller killer;

  GroupLimits(
      PhysicalMemory memory,
      MemoryGroups groups,
      Lruvecs lruvecs,
      ShrinkNode shrinkNode,
      ReclaimSettings settings,
      LruBatches batches,
      OomKiller killer) {
    this.memory = memory;
    this.groups = groups;
    this.lruvecs = lruvecs;
    this.shrinkNode = shrinkNode;
    this.settings = settings;
    this.batches = batches;
    this.killer = killer;
  }

  private record Scope(Lruvecs lruvecs, MemoryGroup group, int swappiness) implements ReclaimScope {
    @Override
    public List<Lruvec> lruvecs(Node node) {
      return lruvecs.of(node, group);
    }

    @Override
    public boolean isGroup() {
      return true;
    }
  }

  /** Somebody's operation begins. */
  void before(Cpu cpu) {
    if (!groups.isInUse() || cpu.isFreeingMemory()) {
      return;
    }
    MemoryGroup own = groups.of(cpu.task());
    for (MemoryGroup at = own; at != null && !at.isRoot(); at = at.parent()) {
      if (at.usage() >= at.max()) {
        makeRoom(cpu, at);
      }
      if (at.usage() > at.high()) {
        slowDown(cpu, at);
      }
    }
  }

  /** Until a page fits, or nothing helps. */
  private void makeRoom(Cpu cpu, MemoryGroup group) {
    while (group.usage() >= group.max() && !killer.isVictim(cpu)) {
      for (int tries = 0; tries <= MOST_TRIES && group.usage() >= group.max(); tries++) {
        group.count(GroupEvent.MAX);
        group.countFailure();
        if (reclaim(cpu, group, ScanControl.CLUSTER) == 0) {
          tries += 3; // a group that has nothing to give is not asked 16 times
        }
      }
      if (group.usage() < group.max()) {
        return;
      }
      group.count(GroupEvent.OOM);
      if (killer.outOfMemory(cpu, group) != OomResult.KILLED) {
        return;
      }
    }
  }

  /** The further above, the longer; at most two seconds: {@code calculate_high_delay}. */
  private void slowDown(Cpu cpu, MemoryGroup group) {
    group.count(GroupEvent.HIGH);
    reclaim(cpu, group, Math.max(BATCH, group.usage() - group.high()));
    long over = group.usage() - group.high();
    if (over <= 0) {
      return;
    }
    long share = (over << PRECISION_SHIFT) / Math.max(1, group.high());
    long bounded = Math.min(share, 1L << (PRECISION_SHIFT + 4));
    long millis = (bounded * bounded * HZ) >>> (PRECISION_SHIFT + SCALING_SHIFT);
    long nanos = millis * (SECOND_NANOS / HZ) / BATCH; // for one page of a batch
    group.throttle(Math.min(nanos, 2 * SECOND_NANOS));
  }

  /** Reclaims pages of a group and of those below it; how many. */
  long reclaim(Cpu cpu, MemoryGroup group, long pages) {
    boolean before = cpu.isFreeingMemory();
    cpu.freeingMemory(true);
    try {
      batches.drainAll();
      ScanControl scan =
          new ScanControl(
              cpu, Gfp.GFP_KERNEL, false, new Scope(lruvecs, group, settings.swappiness()));
      scan.toReclaim = Math.max(pages, ScanControl.CLUSTER);
      scan.highestZone = memory.nodes().getFirst().zones().size() - 1;
      for (scan.priority = ScanControl.FIRST_PRIORITY; scan.priority >= 0; scan.priority--) {
        for (Node node : memory.nodes()) {
          shrinkNode.shrink(node, scan);
        }
        if (scan.reclaimed >= scan.toReclaim) {
          break;
        }
      }
      return scan.reclaimed;
    } finally {
      cpu.freeingMemory(before);
    }
  }
}
