package dev.quarry.explain.remedy;

import dev.quarry.explain.twin.Asked;
import dev.quarry.explain.twin.Twin;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.explain.verdict.Compacted;
import dev.quarry.explain.verdict.Remedy;
import dev.quarry.explain.verdict.Words;
import dev.quarry.machine.KernelRelease;
import dev.quarry.physical.Gfp;
import dev.quarry.replay.movable.CompactionRun;
import dev.quarry.replay.movable.Unmovable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compaction before the request came: {@code vm.compact_memory}, run on the twin. A log counts the
 * pages of each zone that can move, and does not say where they are; so they are placed at random,
 * and the run is made twice:
 *
 * <pre>
 *   unmovable pages together ── fails ─► no compaction helps
 *            │ passes
 *   unmovable pages spread   ── passes ─► it helps wherever they are;  fails ─► it may help
 * </pre>
 */
final class Compaction implements Knob {
  private static final String KNOB = "compaction first";
  private static final KernelRelease SINCE = new KernelRelease(2, 6, 35);
  private static final long SEED = 1;

  /** A gibibyte of 4 KiB pages, for all zones together. */
  private static final int MOST_FRAMES = 1 << 18;

  /** Of one zone: room for pageblocks of each type. */
  private static final int LEAST_FRAMES = 1 << 15;

  /** A run of compaction, and of the request after it. */
  private record Attempt(Experiment.Run run, ZonePlan zone, CompactionRun compaction) {}

  @Override
  public List<Remedy> search(Experiment experiment) {
    if (experiment.asked().order() == 0) {
      return List.of();
    }
    TwinPlan plan = experiment.plan();
    if (!plan.release().isAtLeast(SINCE)) {
      return List.of(Tried.helpsNot(KNOB, null, "Linux " + plan.release() + " has no compaction"));
    }
    List<ZonePlan> zones =
        experiment.zones().stream()
            .filter(zone -> zone.managed() > 0 && plan.movable(zone).orElse(0) > 0)
            .toList();
    if (zones.isEmpty()) {
      boolean counted = experiment.zones().stream().anyMatch(z -> plan.movable(z).isPresent());
      String why =
          counted
              ? "no page of its zones can move"
              : "the log does not count movable pages by zone";
      return List.of(Tried.helpsNot(KNOB, null, why));
    }
    return List.of(remedy(experiment, zones));
  }

  private static Remedy remedy(Experiment experiment, List<ZonePlan> zones) {
    int most = Math.max(LEAST_FRAMES, MOST_FRAMES / zones.size());
    Attempt together = attempt(experiment, zones, Unmovable.TOGETHER, most);
    Experiment.Run run = together.run;
    Attempt spread = run.passed() ? attempt(experiment, zones, Unmovable.SPREAD, most) : null;
    String name = TwinPlan.name(together.zone.dump());
    double share = Math.min(1, most / (double) together.zone.present());
    boolean anywhere = spread != null && spread.run.passed();
    Compacted compacted =
        new Compacted(
            name,
            SEED,
            share,
            together.compaction,
            run.passed(),
            spread == null ? null : spread.compaction,
            anywhere);
    String smallest = run.passed() ? "compact " + name + " (vm.compact_memory)" : null;
    String risk =
        run.passed() ? helps(experiment, compacted) : helpsNot(experiment, run, compacted);
    return new Remedy(KNOB, null, smallest, run.zone(), 0, risk, run.passed(), compacted);
  }

  /**
   * Compacts all zones and asks again. The zone to tell of is the one that serves, or the first.
   */
  private static Attempt attempt(
      Experiment experiment, List<ZonePlan> zones, Unmovable unmovable, int most) {
    try (Twin twin = Twin.bootWhole(experiment.plan(), zones, most, SEED)) {
      List<CompactionRun> runs =
          zones.stream().map(zone -> twin.compact(zone, unmovable, most, SEED)).toList();
      Experiment.Run run = Experiment.ask(twin, experiment.asked());
      int told = Math.max(0, indexOf(zones, run.servedBy()));
      return new Attempt(run, zones.get(told), runs.get(told));
    }
  }

  private static int indexOf(List<ZonePlan> zones, @Nullable ZonePlan zone) {
    return zone == null ? -1 : zones.indexOf(zone);
  }

  private static String helps(Experiment experiment, Compacted of) {
    StringBuilder text = new StringBuilder("run ").append(with(of));
    text.append("if unmovable pages lie together, ").append(moved(of.together()));
    CompactionRun spread = of.spread();
    if (spread != null) {
      text.append("; if they lie anywhere, ").append(moved(spread));
      text.append(of.passesSpread() ? ", and it passes too" : ", and it fails");
    }
    return text.append("; ").append(itself(experiment.asked())).toString();
  }

  private static String helpsNot(Experiment experiment, Experiment.Run run, Compacted of) {
    return "run "
        + with(of)
        + "even if unmovable pages lie together, "
        + moved(of.together())
        + "; "
        + experiment.refusal(run);
  }

  private static String with(Compacted of) {
    String part = of.share() == 1 ? "" : ", in 1/" + Math.round(1 / of.share()) + " of the zone";
    return "with the "
        + Words.pages(of.together().movable())
        + " of LRU lists at random places"
        + part
        + ": ";
  }

  private static String moved(CompactionRun run) {
    String largest =
        run.after() == CompactionRun.NO_BLOCK
            ? "and nothing is free"
            : "and the largest free block is of order " + run.after();
    return Words.count(run.moved()) + (run.moved() == 1 ? " moves " : " move ") + largest;
  }

  /**
   * Whether the request could have compacted by itself: {@code try_to_compact_pages} asks for I/O.
   */
  private static String itself(Asked asked) {
    if (!Gfp.mayBlock(asked.gfp())) {
      return "the request could not compact by itself, as it may not sleep";
    }
    return (asked.gfp() & Gfp.IO) == 0
        ? "the request could not compact by itself, without __GFP_IO"
        : "the request could compact by itself, and that did not suffice";
  }
}
