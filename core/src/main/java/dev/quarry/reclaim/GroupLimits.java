package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.OomResult;
import dev.quarry.reclaim.group.GroupEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.reclaim.oom.OomKiller;

/**
 * Holds groups to {@code memory.max}: {@code try_charge_memcg}, {@code mem_cgroup_oom}
 * (mm/memcontrol.c, 6.18).
 *
 * <pre>
 *   a page for a process ─► its group and those above it ─┬─ room ─────► charged; above high? noted
 *                                                         └─ at max ───► reclaim in the one at max
 *                                                              ▲            │ nothing, 16 times
 *                                                              └── kill in it, as long as that helps
 * </pre>
 *
 * <p>What helps in the end: memory of a process is charged above the limit if nobody can be killed,
 * as the kernel would let it ask again without end; memory of the kernel's is refused.
 */
final class GroupLimits {
  /** MAX_RECLAIM_RETRIES. */
  private static final int MOST_TRIES = 16;

  /**
   * PAGE_ALLOC_COSTLY_ORDER: of more pages than of such a block, a little progress is not enough.
   */
  private static final int COSTLY_ORDER = 3;

  private final MemoryGroups groups;
  private final GroupReclaim reclaim;
  private final GroupDelay delay;
  private final OomKiller killer;

  /** How many charges go well until one fails; below 0: none fails. */
  private long untilFailure = -1;

  GroupLimits(MemoryGroups groups, GroupReclaim reclaim, GroupDelay delay, OomKiller killer) {
    this.groups = groups;
    this.reclaim = reclaim;
    this.delay = delay;
    this.killer = killer;
  }

  /** Lets one charge fail, for who tests what happens then: after so many that go well. */
  void failAfter(long charges) {
    untilFailure = charges;
  }

  /** Whether the failure that was asked for is still to come. */
  boolean isFailureDue() {
    return untilFailure >= 0;
  }

  private boolean failsNow() {
    return untilFailure >= 0 && untilFailure-- == 0;
  }

  /** Charges memory of a process: {@code mem_cgroup_charge}. */
  boolean chargeUser(Cpu cpu, MemoryGroup group, long pages, int gfp) {
    boolean mayFail = (gfp & (Gfp.NORETRY | Gfp.DIRECT_RECLAIM)) != Gfp.DIRECT_RECLAIM;
    return charge(cpu, group, pages, gfp, mayFail);
  }

  /** Charges memory of the kernel's that a process needs: {@code obj_cgroup_charge_pages}. */
  boolean chargeKernel(Cpu cpu, MemoryGroup group, long pages) {
    return charge(cpu, group, pages, Gfp.GFP_KERNEL, true);
  }

  private boolean charge(Cpu cpu, MemoryGroup group, long pages, int gfp, boolean mayFail) {
    if (group.isRoot()) {
      return true;
    }
    if (failsNow()) {
      return false;
    }
    if (groups.tryCharge(group, pages) != null && !makeRoom(cpu, group, pages, gfp)) {
      if (!cpu.isFreeingMemory() && (mayFail || killer.isVictim(cpu))) {
        return false;
      }
      groups.charge(group, pages);
    }
    delay.charged(cpu, group, pages);
    return true;
  }

  /** Until the pages fit, and are charged; false: nothing helps. */
  private boolean makeRoom(Cpu cpu, MemoryGroup group, long pages, int gfp) {
    boolean killed = false;
    int tries = MOST_TRIES;
    boolean cannotWait = cpu.isFreeingMemory() || (gfp & Gfp.DIRECT_RECLAIM) == 0;
    for (MemoryGroup full = groups.tryCharge(group, pages);
        full != null;
        full = groups.tryCharge(group, pages)) {
      if (cannotWait) {
        if (cpu.isFreeingMemory()) {
          full.count(GroupEvent.MAX); // it is charged all the same
        }
        return false;
      }
      full.count(GroupEvent.MAX);
      long freed = reclaim.run(cpu, full, pages);
      if (full.memory().margin() >= pages) {
        continue;
      }
      if ((gfp & Gfp.NORETRY) != 0) {
        return false;
      }
      boolean few = pages <= 1 << COSTLY_ORDER;
      if ((freed > 0 && few) || tries-- > 0) {
        continue;
      }
      if ((killed && killer.isVictim(cpu)) || !few || !kill(cpu, full)) {
        return false;
      }
      killed = true;
      tries = MOST_TRIES;
    }
    return true;
  }

  private boolean kill(Cpu cpu, MemoryGroup group) {
    group.count(GroupEvent.OOM);
    return killer.outOfMemory(cpu, group) == OomResult.KILLED;
  }

  /**
   * Reclaims until a group is not above what its new limit says, and kills in it if that does not
   * help: {@code memory_max_write}.
   */
  void lowered(Cpu cpu, MemoryGroup group) {
    int tries = MOST_TRIES;
    while (group.usage() > group.max()) {
      if (tries > 0) {
        tries -= reclaim.run(cpu, group, group.usage() - group.max()) == 0 ? 1 : 0;
        continue;
      }
      if (!kill(cpu, group)) {
        return;
      }
      tries = 1; // the dead one's pages are gone already
    }
  }
}
