package dev.quarry.explain.remedy;

import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.explain.verdict.Remedy;
import dev.quarry.physical.AllocRules;
import java.util.List;

/** {@code vm.watermark_boost_factor}: 0 keeps marks from being raised after fragmentation. */
final class Boost implements Knob {
  private static final String KNOB = "watermark_boost_factor";

  @Override
  public List<Remedy> search(Experiment experiment) {
    if (!AllocRules.of(experiment.plan().release()).watermarkBoost()) {
      return List.of();
    }
    long boosted = experiment.zones().stream().mapToLong(ZonePlan::boost).sum();
    if (boosted == 0) {
      boolean printed = experiment.zones().stream().anyMatch(zone -> zone.dump().has("boost"));
      String why = printed ? "no zone is boosted" : "this kernel's log does not print boosts";
      return List.of(Tried.helpsNot(KNOB, null, why));
    }
    Experiment.Run run = experiment.on(experiment.plan().with(zone -> zone.withBoost(0)));
    return List.of(
        run.passed()
            ? Tried.helps(
                KNOB,
                null,
                "0",
                run,
                0,
                "kswapd no longer makes room when mobilities mix: fragmentation may grow")
            : Tried.helpsNot(KNOB, null, "not even without any boost: " + experiment.refusal(run)));
  }
}
