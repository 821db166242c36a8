package dev.quarry.reclaim.compact;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.CompactPriority;
import dev.quarry.physical.Compacted;
import dev.quarry.physical.FreeIsolation;
import dev.quarry.physical.Node;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.ReclaimRequest;
import dev.quarry.physical.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Compaction of a machine: what requests, daemons and {@code /proc/sys/vm} ask of it
 * (mm/compaction.c, 6.18).
 */
public final class Compaction {
  private final PhysicalMemory memory;
  private final MovablePages pages;
  private final CompactionSettings settings = new CompactionSettings();
  private final ZoneCompactor compactor;
  private final DirectCompaction direct;
  private final List<Kcompactd> daemons = new ArrayList<>();
  private final Predicate<Node> kswapdRuns;
  private volatile boolean anyAwake;

  /**
   * Compaction of a machine whose pages somebody keeps.
   *
   * @param kswapdRuns whether a node's background reclaimer is at work
   */
  public Compaction(
      PhysicalMemory memory,
      PageAllocator allocator,
      MovablePages pages,
      Predicate<Node> kswapdRuns) {
    this.memory = memory;
    this.pages = pages;
    this.kswapdRuns = kswapdRuns;
    FreeIsolation isolation = new FreeIsolation(memory, allocator);
    this.compactor = new ZoneCompactor(memory, isolation, pages, settings, kswapdRuns);
    this.direct = new DirectCompaction(memory, compactor);
    for (Node node : memory.nodes()) {
      daemons.add(new Kcompactd(memory, allocator, node, compactor, settings));
    }
  }

  /** The settings under {@code /proc/sys/vm}. */
  public CompactionSettings settings() {
    return settings;
  }

  /** The background compactors, by node. */
  public List<Kcompactd> daemons() {
    return List.copyOf(daemons);
  }

  ZoneCompactor compactor() {
    return compactor;
  }

  /** How fragmented memory is. */
  public FragmentationScore score() {
    return compactor.score();
  }

  /** For a request that may wait. */
  public Compacted compact(ReclaimRequest request, CompactPriority priority, int allocFlags) {
    return direct.compact(request, priority, allocFlags);
  }

  /**
   * What one zone's run came to.
   *
   * @param moved pages that went elsewhere
   * @param failed pages that would not
   */
  public record ZoneRun(
      Zone zone, long moved, long failed, long migrateScanned, long freeScanned) {}

  /**
   * Compacts all zones of all nodes as far as that is possible: {@code compact_nodes}, what a 1
   * written to {@code /proc/sys/vm/compact_memory} does.
   */
  public List<ZoneRun> compactMemory(Cpu cpu) {
    pages.drainAll();
    List<ZoneRun> runs = new ArrayList<>();
    for (Zone zone : memory.zones()) {
      if (zone.isPopulated()) {
        runs.add(compactZone(cpu, zone));
      }
    }
    return runs;
  }

  /** The same of one zone. */
  public ZoneRun compactZone(Cpu cpu, Zone zone) {
    CompactControl control =
        new CompactControl(cpu, zone, CompactControl.WHOLE, CompactControl.Mode.SYNC);
    control.ignoreSkipHint = true;
    control.wholeZone = true;
    compactor.run(control, null);
    return new ZoneRun(
        zone, control.moved, control.failed, control.migrateScanned, control.freeScanned);
  }

  /** The background reclaimer of a node goes to sleep, having freed pages for an order. */
  public void kswapdSleeps(Node node, int order, int highestZone) {
    node.zones().stream().filter(Zone::isPopulated).forEach(compactor.hints()::reset);
    wake(node, order, highestZone);
  }

  /** A node's compactor is to see to an order. */
  public void wake(Node node, int order, int highestZone) {
    Kcompactd daemon = daemons.get(node.id());
    daemon.wake(order, highestZone);
    if (daemon.isAwake()) {
      anyAwake = true;
    }
  }

  /** Lets those compactors work a little that are awake. */
  public void step(Cpu cpu) {
    if (!anyAwake || cpu.isFreeingMemory()) {
      return;
    }
    boolean awake = false;
    anyAwake = false; // before the steps, so that one that is woken meanwhile is not forgotten
    for (Kcompactd daemon : daemons) {
      awake |= daemon.step(cpu);
    }
    if (awake) {
      anyAwake = true;
    }
  }

  /** When the next compactor looks for fragmentation by itself. */
  public long nextLookNanos() {
    long next = Long.MAX_VALUE;
    for (Kcompactd daemon : daemons) {
      next = Math.min(next, daemon.nextLookNanos());
    }
    return next;
  }

  /** Lets those look for fragmentation whose time has come. */
  public void look(Cpu cpu, long nowNanos) {
    for (Kcompactd daemon : daemons) {
      if (daemon.nextLookNanos() <= nowNanos && !cpu.isFreeingMemory()) {
        look(daemon, cpu, nowNanos);
      }
    }
  }

  /** Lets one look. */
  public void look(Kcompactd daemon, Cpu cpu, long nowNanos) {
    daemon.look(cpu, nowNanos, kswapdRuns.test(daemon.node()));
  }

  /** What the kernel does when the proactiveness is set. */
  public void proactive(Cpu cpu) {
    for (Kcompactd daemon : daemons) {
      daemon.proactive(cpu, kswapdRuns.test(daemon.node()));
    }
  }
}
