package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.stall.Stalls;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Node;
import dev.quarry.reclaim.group.MemoryGroup;
import java.util.List;

/**
 * Reclaims pages of a group and of those below it: {@code try_to_free_mem_cgroup_pages}, {@code
 * user_proactive_reclaim} (mm/vmscan.c, 6.18).
 */
final class GroupReclaim {
  /** MAX_RECLAIM_RETRIES. */
  private static final int MOST_TRIES = 16;

  private final TryToFree tryToFree;
  private final Lruvecs lruvecs;
  private final ReclaimSettings settings;
  private final LruBatches batches;
  private final Stalls stalls;

  GroupReclaim(
      TryToFree tryToFree,
      Lruvecs lruvecs,
      ReclaimSettings settings,
      LruBatches batches,
      Stalls stalls) {
    this.stalls = stalls;
    this.tryToFree = tryToFree;
    this.lruvecs = lruvecs;
    this.settings = settings;
    this.batches = batches;
  }

  private record Scope(Lruvecs lruvecs, MemoryGroup target, int swappiness, boolean isProactive)
      implements ReclaimScope {
    @Override
    public List<Lruvec> lruvecs(Node node) {
      return lruvecs.of(node, target);
    }

    @Override
    public boolean isGroup() {
      return !target.isRoot();
    }
  }

  /** Who waits for memory. */
  Stalls stalls() {
    return stalls;
  }

  /** Reclaims at least 32 pages, if that is possible; how many went. */
  long run(Cpu cpu, MemoryGroup group, long pages) {
    return run(cpu, new Scope(lruvecs, group, settings.swappiness(), false), pages);
  }

  /**
   * Reclaims because somebody asks for it, not because of a limit: {@code memory.reclaim}.
   *
   * @param swappiness 0 to 200, or below 0 for the machine's
   * @return whether so many pages went
   */
  boolean proactive(Cpu cpu, MemoryGroup group, long pages, int swappiness) {
    int chosen = swappiness < 0 ? settings.swappiness() : swappiness;
    Scope scope = new Scope(lruvecs, group, chosen, true);
    long freed = 0;
    for (int tries = MOST_TRIES; freed < pages; ) {
      long now = run(cpu, scope, (pages - freed) / 4);
      if (now == 0 && tries-- == 0) {
        return false;
      }
      freed += now;
    }
    return true;
  }

  /** Until a group has no more than so many pages, or nothing goes: {@code memory_high_write}. */
  void downTo(Cpu cpu, MemoryGroup group, long pages) {
    for (int tries = MOST_TRIES; group.usage() > pages && tries >= 0; ) {
      tries -= run(cpu, group, group.usage() - pages) == 0 ? 1 : 0;
    }
  }

  private long run(Cpu cpu, Scope scope, long pages) {
    boolean before = cpu.isFreeingMemory();
    cpu.freeingMemory(true);
    try (var _ = stalls.memoryIf(cpu, !scope.isProactive())) {
      batches.drainAll();
      ScanControl scan = new ScanControl(cpu, Gfp.GFP_KERNEL, false, scope);
      scan.toReclaim = Math.max(pages, ScanControl.CLUSTER);
      return tryToFree.forGroup(scan);
    } finally {
      cpu.freeingMemory(before);
    }
  }
}
