package dev.quarry.bench.work;

import dev.quarry.bench.work.LabelledLog.ZoneLabel;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.Verdict;
import dev.quarry.explain.verdict.ZoneVerdict;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What somebody says of a report.
 *
 * @param explained whether the snapshot accounts for the failure
 * @param zones what they say of each
 */
public record LogAnswer(boolean explained, List<Zone> zones) {
  /** What they say of a zone; no verdict and no margin where it is not eligible. */
  public record Zone(
      int node,
      String name,
      boolean eligible,
      @Nullable String verdict,
      @Nullable Long marginPages) {}

  /** Quarry's answer. */
  public static LogAnswer of(Explanation explanation) {
    return new LogAnswer(
        explanation.explained(), explanation.zones().stream().map(LogAnswer::zone).toList());
  }

  private static Zone zone(ZoneVerdict zone) {
    ZoneVerdict.Arithmetic test = zone.test();
    return new Zone(
        zone.zone().node(),
        zone.zone().name(),
        zone.eligible(),
        zone.verdict() == null ? null : zone.verdict().label(),
        test == null ? null : (Long) test.margin());
  }

  /**
   * The rule of thumb: a failure is explained when some zone has less free than a mark of the log;
   * such a zone refuses, every other one would serve.
   *
   * @param mark min or low
   */
  public static LogAnswer byRuleOfThumb(MemoryReport report, String mark) {
    List<Zone> zones = report.zones().stream().map(z -> byRule(z, mark, report.pageKb())).toList();
    String passes = Verdict.PASSES.label();
    return new LogAnswer(zones.stream().anyMatch(z -> !passes.equals(z.verdict())), zones);
  }

  private static Zone byRule(ZoneDump zone, String mark, int pageKb) {
    long marginKb = zone.kb("free") - zone.kb(mark);
    Verdict verdict = marginKb < 0 ? Verdict.BELOW_MIN : Verdict.PASSES;
    return new Zone(zone.node(), zone.name(), true, verdict.label(), marginKb / pageKb);
  }

  /** What is said of a labelled zone. */
  Optional<Zone> find(ZoneLabel label) {
    return zones.stream()
        .filter(zone -> zone.node() == label.node() && zone.name().equals(label.zone()))
        .findFirst();
  }
}
