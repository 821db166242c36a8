package dev.quarry.explain.remedy;

import dev.quarry.explain.twin.Twin;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.explain.verdict.Remedy;
import dev.quarry.explain.verdict.Words;
import dev.quarry.machine.Sysctls;
import dev.quarry.machine.ZoneType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code vm.lowmem_reserve_ratio}: a zone keeps back the pages of the zones above it, divided by
 * its ratio. The log has what is kept back; the ratio is the one with which the machine's own setup
 * comes to that.
 */
final class ReserveRatio implements Knob {
  private static final String KNOB = "lowmem_reserve_ratio";

  @Override
  public List<Remedy> search(Experiment experiment) {
    List<Remedy> found = new ArrayList<>();
    for (ZoneType type : experiment.plan().types()) {
      experiment.zones().stream()
          .filter(zone -> zone.type() == type && zone.reserves().stream().anyMatch(r -> r > 0))
          .findFirst()
          .ifPresent(zone -> found.add(search(experiment, zone)));
    }
    return found;
  }

  private static Remedy search(Experiment experiment, ZonePlan zone) {
    String label = zone.type().label();
    String knob = KNOB + " of " + label;
    Optional<RatioInForce> inForce = RatioInForce.of(experiment.plan(), zone);
    if (inForce.isEmpty()) {
      return Tried.helpsNot(
          knob, null, "what it keeps back does not follow from the zones that the log shows");
    }
    int now = inForce.get().ratio();
    TwinPlan plan = inForce.get().plan();
    Experiment.Run off = with(experiment, plan, zone.type(), Integer.MAX_VALUE);
    if (!off.passed()) {
      return Tried.helpsNot(
          knob, Words.count(now), "not even with nothing kept back: " + experiment.refusal(off));
    }
    long value =
        Experiment.nearest(
            now, Integer.MAX_VALUE, r -> with(experiment, plan, zone.type(), (int) r));
    Experiment.Run run = with(experiment, plan, zone.type(), (int) value);
    return Tried.helps(
        knob,
        Words.count(now),
        Words.count(value),
        run,
        givenUp(plan, zone, (int) value),
        "requests that need " + label + " may find it full of pages that could be elsewhere");
  }

  private static long givenUp(TwinPlan plan, ZonePlan zone, int ratio) {
    long most = 0;
    try (Twin twin = Twin.boot(plan)) {
      apply(twin, plan, zone.type(), ratio);
      for (ZonePlan upper : RatioInForce.above(plan, zone)) {
        int index = plan.types().indexOf(upper.type());
        long kept = twin.zone(zone).lowmemReserve(index);
        most = Math.max(most, zone.reserves().get(index) - kept);
      }
    }
    return most;
  }

  private static Experiment.Run with(
      Experiment experiment, TwinPlan plan, ZoneType type, int ratio) {
    return Experiment.run(plan, experiment.asked(), twin -> apply(twin, plan, type, ratio));
  }

  /** Sets one type's ratio; what other zones keep back stays as logged. */
  static void apply(Twin twin, TwinPlan plan, ZoneType type, int ratio) {
    Map<ZoneType, Integer> ratios = new EnumMap<>(Sysctls.DEFAULTS.lowmemReserveRatio());
    ratios.put(type, ratio);
    twin.sysctl().lowmemReserveRatio(ratios);
    for (ZonePlan other : plan.zones()) {
      if (other.type() != type && other.isPopulated() && other.type() != ZoneType.DEVICE) {
        twin.reserves(other);
      }
    }
  }
}
