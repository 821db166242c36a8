package dev.quarry.explain.remedy;

import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.explain.verdict.Remedy;
import dev.quarry.explain.verdict.Words;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.ZoneCounters;
import java.util.ArrayList;
import java.util.List;

/** RAM: pages more in the zone that the request tries first, none of them taken by others. */
final class MoreRam implements Knob {
  private static final long MOST_PAGES = 1L << 32;

  @Override
  public List<Remedy> search(Experiment experiment) {
    if (experiment.zones().isEmpty()) {
      return List.of();
    }
    ZonePlan first = experiment.zones().getFirst();
    String knob = "RAM in " + TwinPlan.name(first.dump());
    String now = Words.size(first.managed() * experiment.plan().pageKb());
    Experiment.Run most = with(experiment, first, MOST_PAGES);
    if (!most.passed()) {
      return List.of(Tried.helpsNot(knob, now, "no amount: " + experiment.refusal(most)));
    }
    long pages = Experiment.nearest(0, MOST_PAGES, more -> with(experiment, first, more));
    return List.of(
        Tried.mayHelp(
            knob,
            now,
            Words.size(pages * experiment.plan().pageKb()) + " more",
            with(experiment, first, pages),
            pages,
            "estimate, if nobody else takes it: the load that filled memory may fill this too"));
  }

  private static Experiment.Run with(Experiment experiment, ZonePlan where, long pages) {
    return experiment.on(
        experiment.plan().with(zone -> zone.equals(where) ? larger(zone, pages) : zone));
  }

  /** New memory is free, in blocks as large as it has room for. */
  private static ZonePlan larger(ZonePlan zone, long pages) {
    List<Long> counts = new ArrayList<>();
    List<Integer> lists = new ArrayList<>();
    for (int order = 0; order < zone.types().size(); order++) {
      boolean fits = 1L << order <= pages;
      counts.add(zone.nrFree().get(order) + (fits ? 1 : 0));
      lists.add(zone.types().get(order) | (fits ? 1 << MigrateType.MOVABLE : 0));
    }
    ZoneCounters now = zone.counters();
    return zone.withMoreRam(pages)
        .withBlocks(counts, lists)
        .withCounters(
            new ZoneCounters(
                now.free() + pages, now.freeCma(), now.reservedHighatomic(), now.freeHighatomic()));
  }
}
