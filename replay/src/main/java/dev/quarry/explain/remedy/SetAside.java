package dev.quarry.explain.remedy;

import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.explain.verdict.Remedy;
import dev.quarry.explain.verdict.Words;
import dev.quarry.physical.AllocRules;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.ZoneCounters;
import java.util.ArrayList;
import java.util.List;

/** Free pages that are set aside for others: the high-atomic reserve, and CMA. */
final class SetAside implements Knob {
  private static final String HIGH_ATOMIC = "high-atomic reserve";
  private static final String CMA = "CMA size";

  @Override
  public List<Remedy> search(Experiment experiment) {
    List<Remedy> found = new ArrayList<>();
    if (AllocRules.of(experiment.plan().release()).highAtomicReserve()) {
      found.add(highAtomic(experiment));
    }
    long cma = experiment.zones().stream().mapToLong(zone -> zone.counters().freeCma()).sum();
    if (cma > 0 || experiment.zones().stream().anyMatch(zone -> has(zone, MigrateType.CMA))) {
      found.add(cma(experiment, Math.max(cma, 1L << experiment.plan().maxOrder())));
    }
    return found;
  }

  private static boolean has(ZonePlan zone, int migrateType) {
    return zone.types().stream().anyMatch(lists -> (lists >>> migrateType & 1) != 0);
  }

  private static Remedy highAtomic(Experiment experiment) {
    long reserved =
        experiment.zones().stream().mapToLong(zone -> zone.counters().reservedHighatomic()).sum();
    boolean blocks =
        experiment.zones().stream().anyMatch(zone -> has(zone, MigrateType.HIGHATOMIC));
    if (reserved == 0 && !blocks) {
      return Tried.helpsNot(HIGH_ATOMIC, "0 pages", "nothing is reserved");
    }
    Experiment.Run run = experiment.on(experiment.plan().with(SetAside::withoutHighAtomic));
    String now = Words.pages(reserved);
    return run.passed()
        ? Tried.helps(
            HIGH_ATOMIC,
            now,
            "none",
            run,
            reserved,
            "no setting turns it off: the kernel gives it back when reclaim makes no progress;"
                + " urgent requests of order above 0 then find no blocks")
        : Tried.helpsNot(HIGH_ATOMIC, now, "not even without it: " + experiment.refusal(run));
  }

  private static ZonePlan withoutHighAtomic(ZonePlan zone) {
    ZoneCounters now = zone.counters();
    return movable(zone, MigrateType.HIGHATOMIC, Long.MAX_VALUE)
        .withCounters(new ZoneCounters(now.free(), now.freeCma(), 0, 0));
  }

  private static Remedy cma(Experiment experiment, long most) {
    Experiment.Run without = experiment.on(smaller(experiment.plan(), most));
    if (!without.passed()) {
      return Tried.helpsNot(CMA, null, "not even without CMA: " + experiment.refusal(without));
    }
    long pages =
        Experiment.nearest(0, most, less -> experiment.on(smaller(experiment.plan(), less)));
    return Tried.helps(
        CMA,
        null,
        Words.size(pages * experiment.plan().pageKb()) + " less",
        experiment.on(smaller(experiment.plan(), pages)),
        pages,
        "devices that take large buffers from CMA may not get them");
  }

  /** The machine with so many pages of CMA less, and blocks of up to that size with them. */
  private static TwinPlan smaller(TwinPlan plan, long pages) {
    return plan.with(zone -> {
      ZoneCounters now = zone.counters();
      long cma = Math.max(0, now.freeCma() - pages);
      return movable(zone, MigrateType.CMA, pages)
          .withCounters(
              new ZoneCounters(now.free(), cma, now.reservedHighatomic(), now.freeHighatomic()));
    });
  }

  /** The zone with the blocks of a type, up to a size, on the movable lists. */
  private static ZonePlan movable(ZonePlan zone, int migrateType, long most) {
    List<Integer> lists = new ArrayList<>();
    for (int order = 0; order < zone.types().size(); order++) {
      int types = zone.types().get(order);
      boolean moves = (types >>> migrateType & 1) != 0 && 1L << order <= most;
      lists.add(moves ? (types & ~(1 << migrateType)) | (1 << MigrateType.MOVABLE) : types);
    }
    return zone.withBlocks(zone.nrFree(), lists);
  }
}
