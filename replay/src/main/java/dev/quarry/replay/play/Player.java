package dev.quarry.replay.play;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemPolicy;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Zone;
import dev.quarry.replay.recording.BulkTakes;
import dev.quarry.replay.recording.RequestEvents;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Plays requests on a machine, one after the other, each on the CPU that made it. One thread drives
 * all CPUs, so that the same recording gives the same result every time.
 */
public final class Player {
  private static final int PROGRESS_EVERY = 1 << 16;

  private final Machine machine;
  private final PageAllocator allocator;
  private final Cpu[] cpus;
  private final Placement placement;
  private final FrameTeller teller;
  private final int maxOrder;
  private final PlayCounters counters = new PlayCounters();
  private final PageblockMap pageblocksBefore;
  private final Samples samples;
  private final Failures failures = new Failures();
  private final RecordedBlocks blocks;
  private final StatWorker statWorker;
  private final UnseenPages unseen;
  private final UserPages userPages;
  private final ZoneWork workBefore;

  /** Kept where there is more than one node. */
  private final @Nullable NodePages nodePages;

  private final LookAhead lookAhead;

  /** The time of the next sample or unseen pages. */
  private long dueMicros = Long.MIN_VALUE;

  /**
   * A player on a machine that is in the state in which the recording begins.
   *
   * @param placement where the recorded machine's frames and CPUs are on it
   * @param teller may put each answer right before the next request; {@link FrameTeller#NONE} to
   *     let the machine run freely
   * @param bulkTakes what the kernel took without an event
   */
  public Player(Machine machine, Placement placement, FrameTeller teller, BulkTakes bulkTakes) {
    this(machine, placement, teller, bulkTakes, new MemPolicy.Default());
  }

  /** The same, with a memory policy for user pages that is usable on the machine. */
  public Player(
      Machine machine,
      Placement placement,
      FrameTeller teller,
      BulkTakes bulkTakes,
      MemPolicy policy) {
    this.machine = machine;
    this.allocator = machine.allocator();
    this.cpus = machine.cpus().toArray(Cpu[]::new);
    this.placement = placement;
    this.teller = teller;
    this.maxOrder = machine.spec().maxOrder();
    this.pageblocksBefore = PageblockMap.of(machine.memory());
    this.samples = new Samples(machine.memory());
    this.unseen = new UnseenPages(machine, bulkTakes);
    this.blocks = new RecordedBlocks(machine, placement, teller, unseen, counters);
    this.lookAhead = new LookAhead(blocks);
    this.statWorker = new StatWorker(machine);
    this.userPages = new UserPages(machine, policy);
    this.workBefore = ZoneWork.of(machine.memory());
    int nodes = machine.memory().nodes().size();
    this.nodePages = nodes > 1 ? new NodePages(nodes) : null;
  }

  /**
   * Plays all requests.
   *
   * @param progress is told now and then how many bytes of the file were read
   */
  public void play(RequestEvents requests, LongConsumer progress) {
    long lastMicros = 0;
    for (long n = 0; requests.next(); n++) {
      lookAhead.at(requests);
      lastMicros = requests.timeMicros();
      if (lastMicros >= dueMicros) {
        atDueTime(lastMicros);
      }
      int cpuId = placement.cpu(requests.cpu());
      if (cpuId == Placement.NOWHERE) {
        counters.unknownCpus++;
      } else {
        Cpu cpu = cpus[cpuId];
        statWorker.at(lastMicros, cpu);
        play(requests, cpu);
      }
      if (n % PROGRESS_EVERY == 0) {
        progress.accept(requests.fileBytesRead());
      }
    }
    samples.finish(lastMicros);
  }

  /** What happens by the clock and not by a request. */
  private void atDueTime(long micros) {
    samples.at(micros);
    unseen.takeUntil(micros, placement);
    dueMicros = Math.min(samples.dueMicros(), unseen.dueMicros());
  }

  private void play(RequestEvents request, Cpu cpu) {
    if (request.isAllocation()) {
      allocate(request, cpu);
    } else {
      blocks.free(cpu, request.handle(), request.order());
    }
  }

  private void allocate(RequestEvents request, Cpu cpu) {
    int order = request.order();
    int gfp = request.gfp();
    counters.requests.count(gfp, order);
    // Without a report for each failure: they are counted, with their reasons.
    int pfn = order > maxOrder ? Pfn.NONE : userPages.allocate(cpu, gfp | Gfp.NOWARN, order);
    if (pfn == Pfn.NONE) {
      counters.failures++;
      counters.failuresByOrder[order]++;
      failures.add(machine, userPages, cpu, request, samples.sinceStart(request.timeMicros()));
    } else if (nodePages != null) {
      count(nodePages, cpu, pfn, order, gfp);
    }
    if (request.failed()) {
      counters.recordedFailures++;
      if (pfn != Pfn.NONE) {
        allocator.freePages(cpu, pfn, order); // nobody will free it
      }
      return;
    }
    counters.sameFrames += pfn == request.handle() ? 1 : 0;
    blocks.remember(cpu, request.handle(), teller.settle(request, cpu, pfn));
  }

  private void count(NodePages pages, Cpu cpu, int pfn, int order, int gfp) {
    Zone zone = machine.memory().zoneOf(pfn);
    if (zone != null) {
      pages.count(cpu.node(), zone.node().id(), 1L << order, (gfp & Gfp.ZERO) != 0);
    }
  }

  /** The memory policy of user pages. */
  public MemPolicy policy() {
    return userPages.policy();
  }

  /** Whose pages came from where; empty on a machine with one node. */
  public Optional<NodePages> nodePages() {
    return Optional.ofNullable(nodePages);
  }

  /** What was played cost so far; empty on a machine with one node. */
  public Optional<Price> price() {
    ZoneWork work = ZoneWork.of(machine.memory()).since(workBefore);
    return nodePages().map(pages -> Price.of(machine.spec(), pages, work));
  }

  /** The machine that is played on. */
  public Machine machine() {
    return machine;
  }

  /** What was played. */
  public PlayCounters counters() {
    return counters;
  }

  /** The machine's pageblocks as they were when the player was made. */
  public PageblockMap pageblocksBefore() {
    return pageblocksBefore;
  }

  /** The machine's memory over time. */
  public Samples samples() {
    return samples;
  }

  /** The requests that the machine could not serve. */
  public Failures failures() {
    return failures;
  }

  /** How many blocks that the recording allocated were not freed in it. */
  public int stillHeld() {
    return blocks.size();
  }
}
