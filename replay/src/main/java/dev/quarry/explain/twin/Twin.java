package dev.quarry.explain.twin;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.AllocTrial;
import dev.quarry.physical.StateLoader;
import dev.quarry.physical.Trail;
import dev.quarry.physical.VmSysctl;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneCounters;
import dev.quarry.replay.movable.CompactionRun;
import dev.quarry.replay.movable.MovableFrames;
import dev.quarry.replay.movable.Unmovable;
import java.util.List;
import java.util.Optional;

/**
 * The machine that a log describes, booted and in the log's state. A trial takes from it, so each
 * question has its own.
 */
public final class Twin implements AutoCloseable {
  private final TwinPlan plan;
  private final Machine machine;
  private final StateLoader loader;

  private Twin(TwinPlan plan, Machine machine) {
    this.plan = plan;
    this.machine = machine;
    this.loader = new StateLoader(machine.memory());
  }

  /** Whether there is anything to boot: a zone with memory. */
  public static boolean isPossible(TwinPlan plan) {
    return plan.zones().stream().anyMatch(ZonePlan::isPopulated);
  }

  /**
   * Boots the machine.
   *
   * @param plan of a machine with memory
   */
  public static Twin boot(TwinPlan plan) {
    return boot(plan, new TwinLayout(plan));
  }

  /**
   * Boots the machine with all free blocks of some zones, at made-up places, so that they can be
   * compacted.
   *
   * @param most frames of such a zone; a larger one is taken in proportion
   */
  public static Twin bootWhole(TwinPlan plan, List<ZonePlan> zones, int most, long seed) {
    return boot(
        plan,
        new TwinLayout(
            plan,
            zone ->
                zones.contains(zone)
                    ? WholePlacement.of(
                        zone, plan.movable(zone).orElse(0), plan.maxOrder(), most, seed)
                    : BlockPlacement.of(zone, plan.maxOrder())));
  }

  /**
   * Compacts a zone that was booted whole, as far as possible.
   *
   * @param most frames that it has at most
   */
  public CompactionRun compact(ZonePlan from, Unmovable unmovable, int most, long seed) {
    long movable = plan.movable(from).orElse(0);
    long placed = Math.round(movable / WholePlacement.scale(from, most));
    Zone zone = zone(from);
    long marked = new MovableFrames(machine.memory(), seed).place(zone, placed, unmovable);
    return CompactionRun.of(machine, zone, marked);
  }

  private static Twin boot(TwinPlan plan, TwinLayout layout) {
    Machine machine = Machine.boot(layout.spec());
    try {
      Twin twin = new Twin(plan, machine);
      twin.load(layout);
      return twin;
    } catch (RuntimeException e) {
      machine.close();
      throw e;
    }
  }

  private void load(TwinLayout layout) {
    for (TwinLayout.Placed placed : layout.placed()) {
      ZonePlan from = placed.plan();
      Zone zone = zone(from);
      types(zone, placed.placement().chunkTypes());
      for (Placement.Block block : placed.placement().blocks()) {
        loader.freeBlockApart(
            zone, zone.startPfn() + block.offset(), block.order(), block.migrateType());
      }
      loader.blockCounts(zone, from.nrFree().stream().mapToLong(Long::longValue).toArray());
      loader.counters(zone, from.counters());
      loader.managed(zone, from.managed());
      long promo = 2 * from.high() - from.low();
      loader.marks(zone, from.min(), from.low(), from.high(), promo, from.boost());
      reserves(from);
    }
  }

  private void types(Zone zone, List<Integer> ofChunks) {
    int step = machine.memory().pageblocks().pages();
    for (int chunk = 0; chunk < ofChunks.size(); chunk++) {
      int start = zone.startPfn() + (chunk << plan.maxOrder());
      for (int pfn = start; pfn < start + (1 << plan.maxOrder()); pfn += step) {
        loader.pageblock(pfn, ofChunks.get(chunk));
      }
    }
  }

  /** Sets what a zone keeps back to what the log says. */
  public void reserves(ZonePlan from) {
    long[] pages = from.reserves().stream().mapToLong(Long::longValue).toArray();
    loader.reserves(zone(from), pages);
  }

  /** Sets how many pages of a zone are free. */
  public void free(ZonePlan from, long pages) {
    ZoneCounters now = from.counters();
    loader.counters(
        zone(from),
        new ZoneCounters(pages, now.freeCma(), now.reservedHighatomic(), now.freeHighatomic()));
  }

  /** The machine's zone of a plan. */
  public Zone zone(ZonePlan from) {
    int index = plan.types().indexOf(from.type());
    return machine.memory().nodes().get(from.node()).zone(index);
  }

  /** The log's zone that a zone of the machine stands for. */
  public Optional<ZonePlan> planOf(Zone zone) {
    return plan.zones().stream()
        .filter(from -> from.node() == zone.node().id() && from.type() == zone.type())
        .findFirst();
  }

  /** The settings of the running machine. */
  public VmSysctl sysctl() {
    return new VmSysctl(machine.memory());
  }

  /** The zone that holds a frame. */
  public Zone zoneOf(int pfn) {
    Zone zone = machine.memory().zoneOf(pfn);
    if (zone == null) {
      throw new IllegalArgumentException("frame " + pfn + " is in no zone");
    }
    return zone;
  }

  /** A request to be tried. */
  public AllocTrial trial(Asked asked, Trail trail) {
    return machine
        .allocator()
        .trial(machine.cpu(0), asked.node(), asked.nodeMask(), asked.gfp(), asked.order(), trail);
  }

  @Override
  public void close() {
    machine.close();
  }
}
