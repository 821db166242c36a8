package dev.quarry.replay.play;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.StateCorrector;
import dev.quarry.replay.recording.BulkTakes;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Pages that the kernel took in bulk, without an event of their own: they are taken at the time
 * that is inferred for them, and held until the recording frees a frame that nobody was seen to
 * allocate.
 */
final class UnseenPages {
  private final Machine machine;
  private final BulkTakes takes;
  private final StateCorrector corrector;
  private final ArrayDeque<Integer> held = new ArrayDeque<>();
  private int next;

  UnseenPages(Machine machine, BulkTakes takes) {
    this.machine = machine;
    this.takes = takes;
    this.corrector = new StateCorrector(machine.memory());
  }

  /** The time at which the next pages are taken. */
  long dueMicros() {
    return next < takes.size() ? takes.micros(next) : Long.MAX_VALUE;
  }

  /** Takes all that was taken before a time. */
  void takeUntil(long micros, Placement placement) {
    while (next < takes.size() && takes.micros(next) <= micros) {
      int cpu = placement.cpu(takes.cpu(next));
      if (cpu != Placement.NOWHERE) {
        take(cpu, takes.pages(next));
      }
      next++;
    }
  }

  private void take(int cpu, int pages) {
    int[] pfns = new int[pages];
    int got = machine.allocator().allocPagesBulk(machine.cpu(cpu), Gfp.GFP_KERNEL, pfns);
    for (int pfn : Arrays.copyOf(pfns, got)) {
      corrector.forget(pfn);
      held.add(pfn);
    }
  }

  /** The page that is held longest, or {@link Pfn#NONE}; only single pages are taken so. */
  int oldest(int order) {
    while (order == 0 && !held.isEmpty()) {
      int pfn = held.remove();
      if (machine.memory().kindOf(pfn) == FrameKind.HELD_SINCE_BOOT) {
        return pfn;
      }
    }
    return Pfn.NONE;
  }
}
