package dev.quarry.explain.twin;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.AllocTrial;
import dev.quarry.physical.StateLoader;
import dev.quarry.physical.Trail;
import dev.quarry.physical.VmSysctl;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneCounters;
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
    TwinLayout layout = new TwinLayout(plan);
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
      for (BlockPlacement.Block block : placed.placement().blocks()) {
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
