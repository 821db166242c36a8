package dev.quarry.explain.show;

import dev.quarry.explain.log.LoggedRequest;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.Term;
import dev.quarry.explain.verdict.Verdict;
import dev.quarry.explain.verdict.ZoneVerdict;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What reports have in common that failed alike: the verdict of the first zone that was tried, the
 * term that decides there, and the request.
 *
 * @param kind of report
 * @param order null where no pages were asked for
 * @param flags names of the request's GFP mask, else the mask; null where the log has neither
 * @param kernel as the log names it; null where it does not
 * @param zone the first one that was tried, without its node; null if none was
 * @param verdict on it
 * @param term that decides; null if the zone passes
 * @param explained whether the snapshot accounts for the failure
 * @param passes whether a zone passes
 */
record Cause(
    String kind,
    @Nullable Integer order,
    @Nullable String flags,
    @Nullable String kernel,
    @Nullable String zone,
    @Nullable Verdict verdict,
    @Nullable Term term,
    boolean explained,
    boolean passes) {
  static Cause of(Explanation of) {
    MemoryReport report = of.report();
    LoggedRequest request = report.request();
    Optional<ZoneVerdict> first = Zones.tried(of).findFirst();
    String names = GfpWords.names(report);
    return new Cause(
        report.kind().label(),
        request == null || request.order().isEmpty() ? null : (Integer) request.order().getAsInt(),
        names == null ? GfpWords.hex(report) : names,
        report.kernel(),
        first.map(zone -> zone.zone().name()).orElse(null),
        first.map(ZoneVerdict::verdict).orElse(null),
        first.map(ZoneVerdict::term).orElse(null),
        of.explained(),
        of.zones().stream().anyMatch(zone -> zone.verdict() == Verdict.PASSES));
  }

  /** The verdict in a few words, with what decides. */
  String inWords() {
    if (verdict == null) {
      return explained ? "no zone may serve it" : "no request for pages";
    }
    String word = verdict.label() + (term == null ? "" : " (" + term.label() + ")");
    if (explained || verdict == Verdict.PASSES || verdict == Verdict.UNKNOWN) {
      return word;
    }
    return word + (passes ? ", but a later zone passes" : ", but a later zone is not known");
  }
}
