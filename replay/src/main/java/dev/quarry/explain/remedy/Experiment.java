package dev.quarry.explain.remedy;

import dev.quarry.explain.twin.Asked;
import dev.quarry.explain.twin.Twin;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.physical.AllocTrial;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs of one request on twins of one log, each changed in one thing.
 *
 * @param plan the log's machine
 * @param asked the log's request
 * @param zones those that the request tried, in the order of its zonelist
 */
record Experiment(TwinPlan plan, Asked asked, List<ZonePlan> zones) {
  Experiment {
    zones = List.copyOf(zones);
  }

  /**
   * What a run came to.
   *
   * @param servedBy the zone; null if none did
   * @param trail what the allocator did
   */
  record Run(@Nullable ZonePlan servedBy, Trail trail) {
    boolean passed() {
      return servedBy != null;
    }

    /** The name of the zone that served the request. */
    @Nullable String zone() {
      return servedBy == null ? null : TwinPlan.name(servedBy.dump());
    }

    /** Why none did, zone by zone. */
    String refusal() {
      return trail.refusal();
    }
  }

  /** The request as it was. */
  Run asLogged() {
    return run(plan, asked, twin -> {});
  }

  /** The request on a machine that was booted differently. */
  Run on(TwinPlan changed) {
    return run(changed, asked, twin -> {});
  }

  /** Another request on the same machine. */
  Run of(Asked changed) {
    return run(plan, changed, twin -> {});
  }

  /** The request on the same machine after a change while it runs. */
  Run after(Consumer<Twin> change) {
    return run(plan, asked, change);
  }

  static Run run(TwinPlan plan, Asked asked, Consumer<Twin> change) {
    try (Twin twin = Twin.boot(plan)) {
      change.accept(twin);
      Trail trail = new Trail();
      AllocTrial trial = twin.trial(asked, trail);
      int pfn = trial.walk();
      ZonePlan zone = pfn == Pfn.NONE ? null : twin.planOf(twin.zoneOf(pfn)).orElseThrow();
      return new Run(zone, trail);
    }
  }

  /**
   * The value nearest to {@code fails} with which the request passes, and with which it does not
   * when it is one step nearer.
   *
   * @param fails a value with which it fails
   * @param passes a value with which it passes, above or below
   */
  static long nearest(long fails, long passes, LongFunction<Run> runs) {
    long bad = fails;
    long good = passes;
    while (Math.abs(good - bad) > 1) {
      long middle = bad + (good - bad) / 2;
      if (runs.apply(middle).passed()) {
        good = middle;
      } else {
        bad = middle;
      }
    }
    return good;
  }
}
