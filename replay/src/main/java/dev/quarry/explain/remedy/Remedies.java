package dev.quarry.explain.remedy;

import dev.quarry.explain.twin.Asked;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.explain.verdict.Remedy;
import dev.quarry.explain.verdict.ZoneVerdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Tries every knob on a request that its log's snapshot explains. */
public final class Remedies {
  private static final List<Knob> KNOBS =
      List.of(
          new SmallerOrder(),
          new OtherFlags(),
          new Marks(),
          new Boost(),
          new ReserveRatio(),
          new SetAside(),
          new Compaction(),
          new MoreRam());

  private final Experiment experiment;
  private final Experiment.Run asLogged;

  /**
   * Prepares the runs.
   *
   * @param verdicts of the zones, in the order of the zonelist
   */
  public Remedies(TwinPlan plan, Asked asked, List<ZoneVerdict> verdicts) {
    List<ZonePlan> tried =
        verdicts.stream()
            .filter(ZoneVerdict::eligible)
            .map(verdict -> plan.zone(verdict.zone()))
            .flatMap(Optional::stream)
            .toList();
    this.asLogged = Experiment.run(plan, asked, twin -> {});
    this.experiment = new Experiment(plan, asked, tried, asLogged);
  }

  /** What the allocator does with the request as it was, step by step. */
  public String trail() {
    return asLogged.trail().render();
  }

  /**
   * The zone that serves the request as it was, where the allocator goes beyond the zones that it
   * may try: it does not heed the nodemask on an urgent request's second try.
   */
  public Optional<String> servedBy() {
    return Optional.ofNullable(asLogged.zone());
  }

  /** What helps first, estimates behind it, then what would not help. */
  public List<Remedy> search() {
    List<Remedy> all = new ArrayList<>();
    KNOBS.forEach(knob -> all.addAll(knob.search(experiment)));
    all.sort(Comparator.comparingInt(Remedies::rank));
    return List.copyOf(all);
  }

  private static int rank(Remedy remedy) {
    if (!remedy.helps()) {
      return 2;
    }
    return remedy.estimate() ? 1 : 0;
  }
}
