package dev.quarry.replay.play;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;

/** Which blocks of the machine stand for the recording's, and what its frees free. */
final class RecordedBlocks {
  private final Machine machine;
  private final PageAllocator allocator;
  private final MemMap map;
  private final Placement placement;
  private final FrameTeller teller;
  private final UnseenPages unseen;
  private final PlayCounters counters;
  private final HandleMap handles;
  private final int largestOrder;

  RecordedBlocks(
      Machine machine,
      Placement placement,
      FrameTeller teller,
      UnseenPages unseen,
      PlayCounters counters) {
    this.machine = machine;
    this.allocator = machine.allocator();
    this.map = machine.memory().map();
    this.placement = placement;
    this.teller = teller;
    this.unseen = unseen;
    this.counters = counters;
    this.handles = new HandleMap();
    this.largestOrder = machine.spec().maxOrder();
  }

  int size() {
    return handles.size();
  }

  /**
   * Reads what the next requests of some handles will read, so that it is at hand. Frames are put
   * in the place of the handles.
   */
  long touch(int[] ahead, int count) {
    for (int i = 0; i < count; i++) {
      ahead[i] = handles.get(ahead[i]);
    }
    long sum = 0;
    for (int i = 0; i < count; i++) {
      if (ahead[i] >= 0) {
        sum += map.state(ahead[i]) + machine.memory().pageblocks().type(ahead[i]);
      }
    }
    return sum;
  }

  /** From now on {@code pfn}, or {@link Pfn#NONE} if there was no memory, stands for a handle. */
  void remember(Cpu cpu, int handle, int pfn) {
    int old = handles.put(handle, pfn == Pfn.NONE ? HandleMap.FAILED : pfn);
    if (old != HandleMap.ABSENT && old != HandleMap.FAILED) {
      counters.handlesReused++;
      if (old != pfn) {
        allocator.freePages(cpu, old, PageState.order(map.state(old)));
      }
    }
  }

  /** The recording frees a block. */
  void free(Cpu cpu, int handle, int order) {
    counters.frees++;
    int pfn = handles.remove(handle);
    if (pfn == HandleMap.FAILED) {
      counters.freesOfFailed++;
      return;
    }
    if (pfn == HandleMap.ABSENT) {
      pfn = partOfLargerBlock(handle, order);
    }
    if (pfn == HandleMap.ABSENT || !PageState.isAllocated(map.state(pfn))) {
      freeOfStateBefore(cpu, handle, order);
      return;
    }
    int allocated = PageState.order(map.state(pfn));
    if (allocated > order) {
      splitTo(pfn, handle, allocated, order);
    }
    allocator.freePages(cpu, pfn, PageState.order(map.state(pfn)));
  }

  /**
   * A frame inside a block that was allocated as one may be freed by itself: the block was split.
   * Its frames then get handles of their own.
   */
  private int partOfLargerBlock(int handle, int order) {
    for (int larger = order + 1; larger <= largestOrder; larger++) {
      int head = handle & -(1 << larger);
      int pfn = head == handle ? HandleMap.ABSENT : handles.get(head);
      if (pfn >= 0 && head + (1 << PageState.order(map.state(pfn))) > handle) {
        handles.remove(head);
        splitTo(pfn, head, PageState.order(map.state(pfn)), order);
        handles.put(head, pfn);
        return handles.remove(handle);
      }
    }
    return HandleMap.ABSENT;
  }

  /** Splits a block into parts of {@code order}; all but the first get their handles. */
  private void splitTo(int pfn, int handle, int allocated, int order) {
    allocator.splitBlock(pfn, allocated, order);
    for (int part = 1 << order; part < 1 << allocated; part += 1 << order) {
      handles.put(handle + part, pfn + part);
    }
  }

  /** A block that was held before the recording began, or that somebody unseen took. */
  private void freeOfStateBefore(Cpu cpu, int recorded, int order) {
    int pfn = placement.frame(recorded);
    if (pfn != Placement.NOWHERE) {
      teller.beforeFree(pfn, order);
    }
    if (freeHeld(cpu, recorded, order) || freeUnseen(cpu, order)) {
      counters.freesOfStateBefore++;
    } else {
      counters.freesSkipped++;
    }
  }

  /** Frees a held block; where its frames lie apart on this machine, each for itself. */
  private boolean freeHeld(Cpu cpu, int recorded, int order) {
    int pfn = placement.frame(recorded);
    boolean together = (pfn & ((1 << order) - 1)) == 0 && order <= largestOrder;
    for (int i = 0; i < 1 << order; i++) {
      int at = placement.frame(recorded + i);
      if (at == Placement.NOWHERE || machine.memory().kindOf(at) != FrameKind.HELD_SINCE_BOOT) {
        return false;
      }
      together &= at == pfn + i;
    }
    if (together) {
      return allocator.freePages(cpu, pfn, order);
    }
    for (int i = 0; i < 1 << order; i++) {
      allocator.freePages(cpu, placement.frame(recorded + i), 0);
    }
    return true;
  }

  private boolean freeUnseen(Cpu cpu, int order) {
    int pfn = unseen.oldest(order);
    return pfn != Pfn.NONE && allocator.freePages(cpu, pfn, order);
  }
}
