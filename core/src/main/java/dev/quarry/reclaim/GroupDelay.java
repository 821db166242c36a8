package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.VirtualClock;
import dev.quarry.reclaim.group.GroupEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.reclaim.group.PageCounter;
import dev.quarry.reclaim.oom.OomKiller;
import dev.quarry.virtual.space.TaskState;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Slows processes down whose group is above {@code memory.high} or {@code memory.swap.high}: {@code
 * __mem_cgroup_handle_over_high}, {@code calculate_high_delay} (mm/memcontrol.c, 6.18).
 *
 * <pre>
 *   overage = (usage - high) * 2^20 / high          the largest of the group and those above it
 *   delay   = overage^2 * HZ / 2^34 * pages / 64    in ticks; memory's and swap's together
 * </pre>
 *
 * <p>A process pays for 64 pages at a time, before its next operation begins: the kernel lets it
 * pay when it returns to its program. Below a hundredth of a second it pays nothing; above two
 * seconds, two.
 */
final class GroupDelay {
  /** MEMCG_CHARGE_BATCH. */
  static final int BATCH = 64;

  /** MAX_RECLAIM_RETRIES. */
  private static final int MOST_TRIES = 16;

  private static final int HZ = 1000;
  private static final int PRECISION_SHIFT = 20;
  private static final int SCALING_SHIFT = 14;
  private static final long TICK_NANOS = 1_000_000_000L / HZ;
  private static final long MOST_TICKS = 2 * HZ;
  private static final long LEAST_TICKS = HZ / 100;

  /** 64 times the limit: the square of more would leave a long. */
  private static final long MOST_OVERAGE = 1L << 26;

  private final MemoryGroups groups;
  private final GroupReclaim reclaim;
  private final OomKiller killer;
  private final Supplier<VirtualClock> clock;

  GroupDelay(
      MemoryGroups groups, GroupReclaim reclaim, OomKiller killer, Supplier<VirtualClock> clock) {
    this.groups = groups;
    this.reclaim = reclaim;
    this.killer = killer;
    this.clock = clock;
  }

  /** A process was given pages. */
  void charged(Cpu cpu, MemoryGroup group, long pages) {
    for (MemoryGroup at = group; at != null && !at.isRoot(); at = at.parent()) {
      if (isAbove(at.memory()) || isAbove(at.swap())) {
        if (cpu.task() instanceof TaskState state) {
          state.pagesOverHigh().addAndGet(pages);
        }
        return;
      }
    }
  }

  private static boolean isAbove(PageCounter counter) {
    return counter.usage() > counter.high();
  }

  /** A process's operation begins. */
  void before(Cpu cpu) {
    if (!groups.isInUse() || cpu.isFreeingMemory() || !(cpu.task() instanceof TaskState state)) {
      return;
    }
    if (state.pagesOverHigh().get() >= BATCH) {
      pay(cpu, groups.of(state), state.pagesOverHigh().getAndSet(0));
    }
  }

  private void pay(Cpu cpu, MemoryGroup group, long pages) {
    long wanted = pages;
    for (int tries = MOST_TRIES; !killer.isVictim(cpu); wanted = ScanControl.CLUSTER) {
      long freed = reclaimAbove(cpu, group, wanted);
      long ticks = delay(pages, overage(group, MemoryGroup::memory));
      long ofSwap = swapOverage(group);
      ticks = Math.min(ticks + delay(pages, ofSwap), MOST_TICKS);
      if (ticks <= LEAST_TICKS) {
        return;
      }
      if (freed == 0 && tries-- == 0) {
        long nanos = ticks * TICK_NANOS;
        group.throttle(nanos);
        try (var _ = reclaim.stalls().memory(cpu)) {
          clock.get().advanceTo(clock.get().nanos() + nanos);
        }
        return;
      }
    }
  }

  /** {@code reclaim_high}. */
  private long reclaimAbove(Cpu cpu, MemoryGroup group, long pages) {
    long freed = 0;
    for (MemoryGroup at = group; at != null && !at.isRoot(); at = at.parent()) {
      if (isAbove(at.memory())) {
        at.count(GroupEvent.HIGH);
        freed += reclaim.run(cpu, at, pages);
      }
    }
    return freed;
  }

  /** {@code swap_find_max_overage}: each group that is above says so. */
  private static long swapOverage(MemoryGroup group) {
    for (MemoryGroup at = group; at != null && !at.isRoot(); at = at.parent()) {
      if (isAbove(at.swap())) {
        at.count(GroupEvent.SWAP_HIGH);
      }
    }
    return overage(group, MemoryGroup::swap);
  }

  /** {@code mem_find_max_overage}. */
  private static long overage(MemoryGroup group, Function<MemoryGroup, PageCounter> which) {
    long most = 0;
    for (MemoryGroup at = group; at != null && !at.isRoot(); at = at.parent()) {
      PageCounter counter = which.apply(at);
      if (isAbove(counter)) {
        long over = counter.usage() - counter.high();
        most = Math.max(most, (over << PRECISION_SHIFT) / Math.max(1, counter.high()));
      }
    }
    return most;
  }

  /** Ticks to wait for so many pages. */
  static long delay(long pages, long overage) {
    long bounded = Math.min(overage, MOST_OVERAGE);
    long ticks = (bounded * bounded * HZ) >>> (PRECISION_SHIFT + SCALING_SHIFT);
    return ticks * pages / BATCH;
  }
}
