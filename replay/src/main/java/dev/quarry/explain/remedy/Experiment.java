package dev.quarry.explain.remedy;

import dev.quarry.explain.twin.Asked;
import dev.quarry.explain.twin.Twin;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.explain.verdict.Words;
import dev.quarry.physical.AllocTrial;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs of one request on twins of one log, each changed in one thing.
 *
 * @param plan the log's machine
 * @param asked the log's request
 * @param zones those that the request tried, in the order of its zonelist
 * @param asLogged the request as it was
 */
record Experiment(TwinPlan plan, Asked asked, List<ZonePlan> zones, Run asLogged) {
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
  }

  /** Why no zone served a run: zones that refuse alike together, and short if nothing changed. */
  String refusal(Run run) {
    String text = run.trail.refusal();
    if (text.equals(asLogged.trail.refusal())) {
      return "every zone refuses as it did";
    }
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    for (String clause : text.split("; ", -1)) {
      int colon = clause.indexOf(": ");
      String zone = colon < 0 ? "" : clause.substring(0, colon).replace("Node 0 zone ", "");
      byReason
          .computeIfAbsent(clause.substring(colon < 0 ? 0 : colon + 2), _ -> new ArrayList<>())
          .add(zone.replace("zone ", "").replace("Node", "node"));
    }
    return byReason.entrySet().stream()
        .map(reason -> Words.list(reason.getValue()) + " " + reason.getKey())
        .map(String::strip)
        .collect(Collectors.joining("; "));
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
      return ask(twin, asked);
    }
  }

  /** The request on a twin as it stands. */
  static Run ask(Twin twin, Asked asked) {
    Trail trail = new Trail();
    AllocTrial trial = twin.trial(asked, trail);
    int pfn = trial.walk();
    ZonePlan zone = pfn == Pfn.NONE ? null : twin.planOf(twin.zoneOf(pfn)).orElseThrow();
    return new Run(zone, trail);
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
