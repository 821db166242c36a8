package dev.quarry.explain.remedy;

import dev.quarry.explain.twin.Twin;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.machine.Sysctls;
import dev.quarry.machine.ZoneType;
import dev.quarry.physical.AllocRules;
import dev.quarry.physical.Zone;
import java.util.List;

/**
 * The settings that the marks of a log come from, as far as they can be told. A log has marks, not
 * {@code vm.min_free_kbytes}; it is the value with which the machine's own setup comes to them. Of
 * a machine of which the log shows a part, it is that part's share.
 *
 * @param kbytes {@code vm.min_free_kbytes} for the zones shown
 * @param scale {@code vm.watermark_scale_factor}; the default where the marks do not tell
 * @param boosted whether a boost is in the marks: printed, or, where the kernel does not print it,
 *     told by marks that are too far from the zones' shares
 */
record MinFree(long kbytes, int scale, boolean boosted) {
  private static final int MOST_SCALE = 1_000;

  /** Zones that grew since their marks were set are off by less than a boost is. */
  private static final long LEAST_HUNDREDTHS = 90;

  static MinFree of(TwinPlan plan) {
    List<ZonePlan> sharing =
        plan.zones().stream().filter(zone -> zone.isPopulated() && shares(zone.type())).toList();
    int scale = scaleFactor(plan);
    long sum = sharing.stream().mapToLong(ZonePlan::min).sum();
    long least = leastShare(sharing);
    boolean printed = sharing.stream().anyMatch(zone -> zone.dump().has("boost"));
    boolean tooFar = least < sum / 100 * LEAST_HUNDREDTHS;
    if (!printed && tooFar && AllocRules.of(plan.release()).watermarkBoost()) {
      return new MinFree(least * plan.pageKb(), scale, true);
    }
    boolean boosted = sharing.stream().anyMatch(zone -> zone.boost() > 0);
    // Each zone's share is rounded down, so what was set is a little more than their sum.
    long kbytes = sum * plan.pageKb();
    long most = (sum + sharing.size() + 1) * plan.pageKb();
    try (Twin twin = Twin.boot(plan)) {
      for (long tried = kbytes; tried <= most; tried++) {
        twin.sysctl().marks(tried, scale);
        if (sharing.stream()
            .allMatch(zone -> twin.zone(zone).unboostedMark(Zone.MIN) == zone.min())) {
          return new MinFree(tried, scale, boosted);
        }
      }
    }
    return new MinFree(kbytes, scale, boosted);
  }

  private static boolean shares(ZoneType type) {
    return switch (type) {
      case DMA, DMA32, NORMAL -> true;
      case HIGHMEM, MOVABLE, DEVICE -> false;
    };
  }

  /** A boost only raises marks: the zone with the lowest for its size shows what was set. */
  private static long leastShare(List<ZonePlan> sharing) {
    double managed = sharing.stream().mapToLong(ZonePlan::managed).sum();
    double least = Double.MAX_VALUE;
    for (ZonePlan zone : sharing) {
      if (zone.managed() > 0) {
        least = Math.min(least, (zone.min() + 1) * managed / zone.managed());
      }
    }
    return least == Double.MAX_VALUE ? 0 : (long) least;
  }

  private static int scaleFactor(TwinPlan plan) {
    for (ZonePlan zone : plan.zones()) {
      long distance = zone.low() - zone.min();
      if (zone.managed() > 0 && distance > zone.min() / 4 + 1 && distance < zone.managed()) {
        return Math.clamp(Math.round(distance * 10_000.0 / zone.managed()), 1, MOST_SCALE);
      }
    }
    return Sysctls.DEFAULTS.watermarkScaleFactor();
  }
}
