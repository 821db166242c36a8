package dev.quarry.replay.play;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.StateCorrector;
import dev.quarry.physical.Zone;
import dev.quarry.replay.recording.RequestEvents;

/**
 * Tells the machine, after it named a frame, which one the kernel handed out, so that each answer
 * stands for itself and one error does not become many. The recording's handles are then the
 * machine's own frame numbers.
 *
 * <pre>
 *   the kernel's frame lies          then
 *   on the list, a little deeper     those above it were taken unseen (alloc_pages_bulk)
 *   on the list, far down            those above it go behind the last
 *   first on the zone's lists        the list ran empty unseen: empty it, refill, ask again
 *   elsewhere                        it alone is taken
 * </pre>
 *
 * <p>Blocks that were thought to be taken unseen and are handed out after all go back to their
 * list: {@link UnseenSuspects}.
 */
public final class KernelFrames implements FrameTeller {
  /** So many blocks above the kernel's may have been taken without an event. */
  private static final int MOST_UNSEEN = 64;

  private final Machine machine;
  private final PageAllocator allocator;
  private final StateCorrector corrector;
  private final FrameLog log;
  private final UnseenSuspects suspects = new UnseenSuspects();
  private long same;
  private long of;

  /** Receives both frames of each allocation. */
  @FunctionalInterface
  public interface FrameLog {
    /** Keeps nothing. */
    FrameLog NONE = (request, named) -> {};

    /** The machine named a frame for a request; the kernel's is its handle. */
    void named(RequestEvents request, int named);
  }

  /** Tells a machine that was booted from a snapshot. */
  public KernelFrames(Machine machine, FrameLog log) {
    this.machine = machine;
    this.allocator = machine.allocator();
    this.corrector = new StateCorrector(machine.memory());
    this.log = log;
  }

  @Override
  public int settle(RequestEvents request, Cpu cpu, int named) {
    log.named(request, named);
    of++;
    int kernels = request.handle();
    if (named == kernels) {
      same++;
    } else if (machine.memory().zoneOf(kernels) != null) {
      correct(request, cpu, named, kernels);
    }
    return kernels;
  }

  private void correct(RequestEvents request, Cpu cpu, int named, int kernels) {
    int order = request.order();
    int type = Gfp.migrateType(request.gfp());
    Zone zone = machine.memory().zoneOf(kernels);
    if (named != Pfn.NONE) {
      corrector.putBack(cpu.id(), named, order, type);
    }
    boolean wrong = suspects.takeBack(corrector, kernels);
    if (zone != null && isListed(order) && !wrong) {
      int place = corrector.placeOnList(zone, cpu.id(), order, type, kernels);
      if (place != StateCorrector.NOT_ON_LIST) {
        dropAbove(zone, cpu, order, type, place);
      } else if (corrector.isNextOfZone(zone, kernels, order, type)) {
        int all = corrector.blocksOnList(zone, cpu.id(), order, type);
        corrector.takeHeads(zone, cpu.id(), order, type, all);
        int again = allocator.allocPages(cpu, request.gfp(), order);
        if (again == kernels) {
          return;
        }
        if (again != Pfn.NONE) {
          corrector.putBack(cpu.id(), again, order, type);
        }
      }
    }
    corrector.seize(kernels, order);
    corrector.hand(kernels, order, (request.gfp() & Gfp.COMP) != 0);
  }

  private boolean isListed(int order) {
    return order <= 3 || order == machine.memory().pageblocks().order();
  }

  private void dropAbove(Zone zone, Cpu cpu, int order, int type, int place) {
    if (place <= MOST_UNSEEN) {
      suspects.suspect(zone, cpu.id(), order, type, place);
      corrector.takeHeads(zone, cpu.id(), order, type, place);
    } else {
      corrector.rotateHeads(zone, cpu.id(), order, type, place);
    }
  }

  @Override
  public void beforeFree(int pfn, int order) {
    if (corrector.isFree(pfn)) {
      corrector.seize(pfn, order);
    }
  }

  /** How many frames were the kernel's. */
  public long same() {
    return same;
  }

  /** How many allocations there were. */
  public long of() {
    return of;
  }
}
