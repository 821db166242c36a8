package dev.quarry.explain.remedy;

import dev.quarry.explain.twin.Twin;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.ZonePlan;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The {@code lowmem_reserve_ratio} that a zone's reserves come from.
 *
 * @param ratio in force
 * @param plan the machine as it was when the reserves were set. A kernel sets them at boot and
 *     gives the allocator a little more memory afterwards, which a log counts and they do not
 */
record RatioInForce(int ratio, TwinPlan plan) {
  private static final int[] USUAL = {256, 32};

  /** How much of a zone may have come later, in hundredths. */
  private static final long LATE_HUNDREDTHS = 10;

  /** The ratio; empty where the zones shown do not come to what the log says. */
  static Optional<RatioInForce> of(TwinPlan plan, ZonePlan zone) {
    List<ZonePlan> above = above(plan, zone);
    if (above.isEmpty()) {
      return Optional.empty();
    }
    for (int usual : USUAL) {
      Optional<RatioInForce> found = at(usual, plan, zone, above);
      if (found.isPresent()) {
        return found;
      }
    }
    long kept = kept(plan, zone, above.getFirst());
    long ratio = kept == 0 ? 0 : above.getFirst().managed() / kept;
    return ratio < 1 || ratio > Integer.MAX_VALUE
        ? Optional.empty()
        : at((int) ratio, plan, zone, above);
  }

  /** The zones of the log that a zone keeps pages back from. */
  static List<ZonePlan> above(TwinPlan plan, ZonePlan zone) {
    return plan.zones().stream()
        .filter(other -> other.node() == zone.node() && other.type().compareTo(zone.type()) > 0)
        .filter(ZonePlan::isPopulated)
        .sorted(Comparator.comparing(ZonePlan::type))
        .toList();
  }

  private static long kept(TwinPlan plan, ZonePlan zone, ZonePlan upper) {
    return zone.reserves().get(plan.types().indexOf(upper.type()));
  }

  /** Tries a ratio with the sizes that the zones above must have had. */
  private static Optional<RatioInForce> at(
      int ratio, TwinPlan plan, ZonePlan zone, List<ZonePlan> above) {
    TwinPlan then = plan;
    long sum = 0;
    for (ZonePlan upper : above) {
      long kept = kept(plan, zone, upper);
      long managed = Math.clamp(upper.managed(), kept * ratio - sum, (kept + 1) * ratio - 1 - sum);
      if (Math.abs(managed - upper.managed()) > upper.managed() / 100 * LATE_HUNDREDTHS + ratio) {
        return Optional.empty();
      }
      sum += managed;
      then = then.with(one -> one.equals(upper) ? one.withManaged(managed) : one);
    }
    return comesTo(then, plan, zone, above, ratio)
        ? Optional.of(new RatioInForce(ratio, then))
        : Optional.empty();
  }

  /** The machine's own setup has the last word. */
  private static boolean comesTo(
      TwinPlan then, TwinPlan plan, ZonePlan zone, List<ZonePlan> above, int ratio) {
    try (Twin twin = Twin.boot(then)) {
      ReserveRatio.apply(twin, then, zone.type(), ratio);
      return above.stream()
          .allMatch(upper ->
              twin.zone(zone).lowmemReserve(plan.types().indexOf(upper.type()))
                  == kept(plan, zone, upper));
    }
  }
}
