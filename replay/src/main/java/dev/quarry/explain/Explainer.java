package dev.quarry.explain;

import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.twin.Asked;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.TwinPlanner;
import dev.quarry.explain.verdict.Causes;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.Judge;
import dev.quarry.explain.verdict.Limits;
import dev.quarry.explain.verdict.Sentence;
import dev.quarry.explain.verdict.Verdict;
import dev.quarry.explain.verdict.ZoneVerdict;
import dev.quarry.machine.SpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Explains a report: boots the machine that it describes and lets its allocator decide about the
 * request. Holds no state; any thread may use it.
 */
public final class Explainer {
  /** The verdict with everything that was tried and found besides. */
  public Explanation explain(MemoryReport report) {
    return judge(report);
  }

  /** The verdict alone, without remedies and without an OOM's story: for many reports. */
  public Explanation judge(MemoryReport report) {
    TwinPlanner planner = new TwinPlanner(report);
    List<String> caveats = new ArrayList<>(planner.caveats());
    Optional<Asked> asked = Asked.of(report, planner.plan(), caveats);
    List<ZoneVerdict> zones = zones(report, planner.plan(), asked, caveats);
    boolean explained = asked.isPresent() && !zones.isEmpty() && nonePasses(zones);
    List<String> causes =
        explained ? List.of() : new Causes(report, planner.plan(), zones).sentences();
    return new Explanation(
        report,
        zones,
        explained,
        new Sentence(report, planner.plan(), zones, causes).text(),
        causes,
        asked.map(a -> Limits.of(a)).orElse(List.of()),
        List.of(),
        "",
        null,
        caveats);
  }

  private static List<ZoneVerdict> zones(
      MemoryReport report, TwinPlan plan, Optional<Asked> asked, List<String> caveats) {
    if (asked.isEmpty()) {
      return Judge.noRequest(report.zones());
    }
    try {
      return new Judge(plan, asked.get()).zones(report.zones());
    } catch (SpecException e) {
      caveats.add("no such machine can be booted: " + e.getMessage());
      return Judge.noRequest(report.zones());
    }
  }

  private static boolean nonePasses(List<ZoneVerdict> zones) {
    return zones.stream().noneMatch(zone -> zone.verdict() == Verdict.PASSES);
  }
}
