package dev.quarry.explain.remedy;

import dev.quarry.explain.twin.Twin;
import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.explain.verdict.Remedy;
import dev.quarry.explain.verdict.Words;
import dev.quarry.physical.AllocRules;
import dev.quarry.physical.Zone;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code vm.min_free_kbytes} and {@code vm.watermark_scale_factor}. Lower marks let the request
 * have pages that were kept; higher ones make kswapd start earlier:
 *
 * <pre>
 *   free ─────┬─ low: kswapd starts              higher marks, same shortfall:
 *             │                        ─┬─ low
 *             │  shortfall              │  shortfall
 *        ─────┴─ free at the failure   ─┴─ free
 *        ─────── min                   ─── min            min rises less than low does
 * </pre>
 *
 * <p>The second is an estimate: how far kswapd lagged behind is taken from the log, and taken to be
 * the same under the higher marks.
 */
final class Marks implements Knob {
  private static final String MIN_FREE = "min_free_kbytes";
  private static final String SCALE = "watermark_scale_factor";

  /** The largest value that every release takes. */
  private static final int MOST_SCALE = 1_000;

  private static final String LOWER_RISK =
      "atomic requests and reclaim itself live on this reserve: drivers and swapping may fail more"
          + " often";

  private static final String HIGHER_RISK =
      "estimate, if kswapd lags as far behind as it did: the pages stay unused, and it reclaims"
          + " earlier";

  @Override
  public List<Remedy> search(Experiment experiment) {
    List<Remedy> found = new ArrayList<>();
    MinFree now = refused(experiment, MinFree.of(experiment.plan()));
    found.add(lower(experiment, now));
    found.add(higher(experiment, now.kbytes(), now.scale()));
    if (AllocRules.of(experiment.plan().release()).watermarkScaleFactor()) {
      found.add(scale(experiment, now.kbytes(), now.scale()));
    }
    return found;
  }

  /**
   * Zones that grew after their marks were set make marks that are a page off. Without a boost the
   * value in force is one with which the request fails.
   */
  private static MinFree refused(Experiment experiment, MinFree now) {
    long most = now.kbytes() + now.kbytes() / 10;
    boolean off = !now.boosted() && lowered(experiment, now.kbytes(), now.scale()).passed();
    if (!off || lowered(experiment, most, now.scale()).passed()) {
      return now;
    }
    long passes =
        Experiment.nearest(most, now.kbytes(), kb -> lowered(experiment, kb, now.scale()));
    return new MinFree(passes + 1, now.scale(), false);
  }

  private static Remedy lower(Experiment experiment, MinFree now) {
    String shown = Words.count(now.kbytes());
    Experiment.Run none = lowered(experiment, 0, now.scale());
    if (!none.passed()) {
      return Tried.helpsNot(
          MIN_FREE + ", lower", shown, "not even at 0: " + experiment.refusal(none));
    }
    Experiment.Run same = lowered(experiment, now.kbytes(), now.scale());
    if (same.passed()) {
      String why =
          now.boosted()
              ? "all marks are set anew, which drops the boost; the next fragmentation raises it"
                  + " again"
              : "the log's marks are not those of one value";
      return Tried.helps(MIN_FREE + ", written anew", shown, shown, same, 0, why);
    }
    long value = Experiment.nearest(now.kbytes(), 0, kb -> lowered(experiment, kb, now.scale()));
    long cost = (now.kbytes() - value) / experiment.plan().pageKb();
    Experiment.Run run = lowered(experiment, value, now.scale());
    return Tried.helps(MIN_FREE + ", lower", shown, Words.count(value), run, cost, LOWER_RISK);
  }

  private static Experiment.Run lowered(Experiment experiment, long kbytes, int scale) {
    return experiment.after(twin -> twin.sysctl().marks(kbytes, scale));
  }

  private static Remedy higher(Experiment experiment, long now, int scale) {
    String knob = MIN_FREE + ", higher";
    long managedKb =
        experiment.plan().zones().stream().mapToLong(ZonePlan::managed).sum()
            * experiment.plan().pageKb();
    long most = Math.max(now + 1, managedKb / 2);
    Experiment.Run high = raised(experiment, most, scale);
    if (!high.passed()) {
      return Tried.helpsNot(
          knob, Words.count(now), "not even with half of memory: " + experiment.refusal(high));
    }
    if (raised(experiment, now, scale).passed()) {
      return Tried.helpsNot(
          knob, Words.count(now), "the value in force, written anew, helps already");
    }
    long value = Experiment.nearest(now, most, kb -> raised(experiment, kb, scale));
    long cost = (value - now) / experiment.plan().pageKb();
    Experiment.Run run = raised(experiment, value, scale);
    return Tried.mayHelp(knob, Words.count(now), Words.count(value), run, cost, HIGHER_RISK);
  }

  private static Remedy scale(Experiment experiment, long now, int scale) {
    if (scale >= MOST_SCALE) {
      return Tried.helpsNot(SCALE, "" + scale, "it is at its largest value already");
    }
    Experiment.Run high = raised(experiment, now, MOST_SCALE);
    if (!high.passed()) {
      return Tried.helpsNot(
          SCALE,
          "" + scale,
          "not even at " + Words.count(MOST_SCALE) + ": " + experiment.refusal(high));
    }
    if (raised(experiment, now, scale).passed()) {
      return Tried.helpsNot(SCALE, "" + scale, "the value in force, written anew, helps already");
    }
    long value = Experiment.nearest(scale, MOST_SCALE, s -> raised(experiment, now, (int) s));
    Experiment.Run run = raised(experiment, now, (int) value);
    long cost = 0;
    for (ZonePlan zone : experiment.zones()) {
      cost += zone.managed() * (value - scale) / 10_000;
    }
    return Tried.mayHelp(SCALE, "" + scale, "" + value, run, cost, HIGHER_RISK);
  }

  /** The request as far below new low marks as it was below those of the log. */
  private static Experiment.Run raised(Experiment experiment, long kbytes, int scale) {
    return experiment.after(twin -> {
      twin.sysctl().marks(kbytes, scale);
      experiment.zones().forEach(from -> refill(twin, from));
    });
  }

  private static void refill(Twin twin, ZonePlan from) {
    long free = from.counters().free();
    long shortfall = Math.max(0, from.low() + from.boost() - free);
    twin.free(from, Math.max(free, twin.zone(from).mark(Zone.LOW) - shortfall));
  }
}
