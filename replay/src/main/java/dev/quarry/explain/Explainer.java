package dev.quarry.explain;

import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.oom.Story;
import dev.quarry.explain.remedy.Remedies;
import dev.quarry.explain.twin.Asked;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.TwinPlanner;
import dev.quarry.explain.verdict.Assumptions;
import dev.quarry.explain.verdict.Causes;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.Judge;
import dev.quarry.explain.verdict.Limits;
import dev.quarry.explain.verdict.OomStory;
import dev.quarry.explain.verdict.Remedy;
import dev.quarry.explain.verdict.Sentence;
import dev.quarry.explain.verdict.Verdict;
import dev.quarry.explain.verdict.ZoneVerdict;
import dev.quarry.machine.SpecException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Explains a report: boots the machine that it describes and lets its allocator decide about the
 * request. Holds no state; any thread may use it.
 */
public final class Explainer {
  /** A zone with such a verdict served the request, or may have, for all that the log shows. */
  private static final Set<Verdict> MAY_SERVE = EnumSet.of(Verdict.PASSES, Verdict.UNKNOWN);

  /** The verdict with everything that was tried and found besides. */
  public Explanation explain(MemoryReport report) {
    Judged judged = judged(report);
    List<Remedy> remedies = List.of();
    String trail = "";
    if (judged.asked.isPresent() && judged.zones.stream().anyMatch(ZoneVerdict::eligible)) {
      Remedies search = new Remedies(judged.plan, judged.asked.get(), judged.zones);
      trail = search.trail();
      if (judged.explained() && search.servedBy().isPresent()) {
        judged.caveats.add(
            "a second try of an urgent request does not heed the nodemask: "
                + search.servedBy().get()
                + " would serve it");
      } else if (judged.explained()) {
        remedies = search.search();
      }
    }
    return judged.explanation(remedies, trail, Story.of(report).orElse(null));
  }

  /** The verdict alone, without remedies and without an OOM's story: for many reports. */
  public Explanation judge(MemoryReport report) {
    return judged(report).explanation(List.of(), "", null);
  }

  private static Judged judged(MemoryReport report) {
    TwinPlanner planner = new TwinPlanner(report);
    TwinPlan plan = planner.plan();
    List<String> caveats = new ArrayList<>(planner.caveats());
    Optional<Asked> asked = Asked.of(report, plan, caveats);
    List<ZoneVerdict> zones = zones(report, plan, asked, caveats);
    asked.ifPresent(one -> caveats.addAll(Assumptions.of(plan, one)));
    return new Judged(report, plan, asked, zones, caveats);
  }

  private record Judged(
      MemoryReport report,
      TwinPlan plan,
      Optional<Asked> asked,
      List<ZoneVerdict> zones,
      List<String> caveats) {
    boolean explained() {
      return asked.isPresent()
          && !zones.isEmpty()
          && zones.stream().map(ZoneVerdict::verdict).noneMatch(MAY_SERVE::contains);
    }

    Explanation explanation(List<Remedy> remedies, String trail, @Nullable OomStory oom) {
      List<String> causes = explained() ? List.of() : new Causes(report, plan, zones).sentences();
      return new Explanation(
          report,
          zones,
          explained(),
          new Sentence(report, plan, zones, causes).text(),
          causes,
          asked.map(one -> Limits.of(plan, one)).orElse(List.of()),
          remedies,
          trail,
          oom,
          List.copyOf(caveats));
    }
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
}
