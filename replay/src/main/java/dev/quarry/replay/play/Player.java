package dev.quarry.replay.play;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.replay.recording.BulkTakes;
import dev.quarry.replay.recording.RequestEvents;
import java.util.function.LongConsumer;

/**
 * Plays requests on a machine, one after the other, each on the CPU that made it. One thread drives
 * all CPUs, so that the same recording gives the same result every time.
 */
public final class Player {
  private static final int PROGRESS_EVERY = 1 << 16;

  private final Machine machine;
  private final PageAllocator allocator;
  private final MemMap map;
  private final HandleMap handles;
  private final int maxOrder;
  private final PlayCounters counters = new PlayCounters();
  private final Samples samples;
  private final StatWorker statWorker;
  private final FrameTeller teller;
  private final UnseenPages unseen;

  /**
   * A player on a machine that is in the state in which the recording begins.
   *
   * @param bulkTakes what the kernel took without an event
   * @param teller may put each answer right before the next request; {@link FrameTeller#NONE} to
   *     let the machine run freely
   */
  public Player(Machine machine, FrameTeller teller, BulkTakes bulkTakes) {
    this.machine = machine;
    this.teller = teller;
    this.unseen = new UnseenPages(machine, bulkTakes);
    this.statWorker = new StatWorker(machine);
    this.allocator = machine.allocator();
    this.map = machine.memory().map();
    this.handles = new HandleMap(map.endPfn());
    this.maxOrder = machine.spec().maxOrder();
    this.samples = new Samples(machine.memory());
  }

  /**
   * Plays all requests.
   *
   * @param progress is told now and then how many bytes of the file were read
   */
  public void play(RequestEvents requests, LongConsumer progress) {
    for (long n = 0; requests.next(); n++) {
      samples.at(requests.timeMicros());
      if (requests.cpu() >= machine.cpus().size()) {
        counters.unknownCpus++;
      } else {
        Cpu cpu = machine.cpu(requests.cpu());
        statWorker.at(requests.timeMicros(), cpu);
        unseen.takeUntil(requests.timeMicros());
        play(requests, cpu);
      }
      if (n % PROGRESS_EVERY == 0) {
        progress.accept(requests.fileBytesRead());
      }
    }
    samples.finish();
    counters.flushGfp();
  }

  private void play(RequestEvents request, Cpu cpu) {
    if (request.isAllocation()) {
      allocate(request, cpu);
    } else {
      free(cpu, request.handle(), request.order());
    }
  }

  private void allocate(RequestEvents request, Cpu cpu) {
    int order = request.order();
    int gfp = request.gfp();
    counters.allocations++;
    counters.byOrder[order]++;
    counters.byType[Gfp.migrateType(gfp)]++;
    counters.countGfp(gfp);
    int pfn = allocator.allocPages(cpu, gfp, order);
    if (pfn == Pfn.NONE) {
      counters.failures++;
      counters.failuresByOrder[order]++;
    }
    if (request.failed()) {
      counters.recordedFailures++;
      if (pfn != Pfn.NONE) {
        allocator.freePages(cpu, pfn, order); // nobody will free it
      }
      return;
    }
    counters.sameFrames += pfn == request.handle() ? 1 : 0;
    remember(cpu, request.handle(), teller.settle(request, cpu, pfn));
  }

  private void remember(Cpu cpu, int handle, int pfn) {
    int old = handles.remove(handle);
    if (old != HandleMap.ABSENT) {
      counters.handlesReused++;
    }
    if (old != HandleMap.ABSENT && old != pfn) {
      allocator.freePages(cpu, old, PageState.order(map.state(old)));
    }
    if (pfn != Pfn.NONE) {
      handles.put(handle, pfn);
    }
  }

  private void free(Cpu cpu, int handle, int order) {
    counters.frees++;
    int pfn = handles.remove(handle);
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
    for (int larger = order + 1; larger <= maxOrder; larger++) {
      int head = handle & -(1 << larger);
      int pfn = head == handle ? HandleMap.ABSENT : handles.get(head);
      if (pfn != HandleMap.ABSENT && head + (1 << PageState.order(map.state(pfn))) > handle) {
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

  /** The frame number of a block that was held before the recording is the machine's own. */
  private void freeOfStateBefore(Cpu cpu, int pfn, int order) {
    teller.beforeFree(pfn, order);
    int held = isHeld(pfn, order) ? pfn : unseen.oldest(order);
    if (held != Pfn.NONE && allocator.freePages(cpu, held, order)) {
      counters.freesOfStateBefore++;
    } else {
      counters.freesSkipped++;
    }
  }

  private boolean isHeld(int pfn, int order) {
    for (int at = pfn; at < pfn + (1 << order); at++) {
      if (machine.memory().kindOf(at) != FrameKind.HELD_SINCE_BOOT) {
        return false;
      }
    }
    return true;
  }

  /** The machine that is played on. */
  public Machine machine() {
    return machine;
  }

  /** What was played. */
  public PlayCounters counters() {
    return counters;
  }

  /** The machine's memory over time. */
  public Samples samples() {
    return samples;
  }

  /** How many blocks that the recording allocated were not freed in it. */
  public int stillHeld() {
    return handles.size();
  }
}
