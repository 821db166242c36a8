package dev.quarry.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.Verdict;
import dev.quarry.explain.verdict.ZoneVerdict;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Verdicts on random reports, against a model of the rules that knows nothing of the allocator. */
class VerdictModelTest {
  private static final long SEED = 20_260;
  private static final int REPORTS = 1_500;
  private static final Set<Verdict> OF_WHOLE_LOGS =
      EnumSet.complementOf(EnumSet.of(Verdict.UNKNOWN));

  private final Explainer explainer = new Explainer();

  @Test
  void verdictsAreThoseOfTheModel() {
    RandomReports reports = new RandomReports(SEED);
    Map<Verdict, Integer> seen = new EnumMap<>(Verdict.class);
    for (int i = 0; i < REPORTS; i++) {
      MemoryReport report = reports.next();
      RulesModel model = new RulesModel(report);
      Explanation explanation = explainer.judge(report);
      boolean passes = false;
      for (ZoneVerdict zone : explanation.zones()) {
        assertThat(line(zone)).as(() -> text(report, zone)).isEqualTo(model.of(zone.zone()));
        passes |= zone.verdict() == Verdict.PASSES;
        if (zone.verdict() != null) {
          seen.merge(zone.verdict(), 1, Integer::sum);
        }
      }
      assertThat(explanation.zones()).hasSameSizeAs(report.zones());
      assertThat(explanation.explained()).isEqualTo(!passes);
    }
    assertThat(seen.keySet()).as("all verdicts came up").isEqualTo(OF_WHOLE_LOGS);
    assertThat(seen.values()).allMatch(count -> count > 15);
  }

  /**
   * What a cut-off log does not show is not claimed: not that there was no block, nor the cause.
   */
  @Test
  void withoutTheListOfBlocksEnoughPagesAreNoVerdict() {
    RandomReports reports = new RandomReports(SEED + 3);
    int unknown = 0;
    for (int i = 0; i < 300; i++) {
      MemoryReport whole = reports.next();
      if (whole.request().order().orElse(0) == 0) {
        continue; // any free page will do
      }
      MemoryReport cut = with(whole, whole.zones().stream().map(Edited::withoutBlocks).toList());
      Explanation before = explainer.judge(whole);
      Explanation after = explainer.judge(cut);
      for (int z = 0; z < before.zones().size(); z++) {
        String line = line(before.zones().get(z));
        boolean kept = line.startsWith("below") || line.equals("ineligible");
        String margin = line.substring(line.indexOf(' ') + 1);
        assertThat(line(after.zones().get(z))).isEqualTo(kept ? line : "unknown " + margin);
        unknown += kept ? 0 : 1;
      }
      boolean sure = after.zones().stream().noneMatch(z -> z.verdict() == Verdict.UNKNOWN);
      assertThat(after.explained()).isEqualTo(sure);
      assertThat(after.causes().isEmpty()).isEqualTo(sure);
      assertThat(after.remedies()).isEmpty();
    }
    assertThat(unknown).isGreaterThan(50);
  }

  @Test
  void explainedIsThatTheAllocatorFails() {
    RandomReports reports = new RandomReports(SEED + 1);
    for (int i = 0; i < 150; i++) {
      MemoryReport report = reports.next();
      if (!"(null)".equals(report.request().nodemask())) {
        continue; // a second try of an urgent request does not heed it
      }
      Explanation explanation = explainer.explain(report);
      boolean took = explanation.trail().contains(": took order ");
      assertThat(explanation.explained())
          .as(() -> "seed " + (SEED + 1) + ": " + report + "\n" + explanation.trail())
          .isEqualTo(!took);
    }
  }

  /** How many blocks a list has, and in which order the zones are shown, changes nothing. */
  @Test
  void theVerdictDoesNotDependOnWhereBlocksLie() {
    RandomReports reports = new RandomReports(SEED + 2);
    Random random = new Random(SEED);
    for (int i = 0; i < 150; i++) {
      MemoryReport report = reports.next();
      if (!report.release().isAtLeast(4, 4)) {
        continue; // until then the test counts blocks
      }
      List<ZoneDump> others =
          report.zones().stream().map(zone -> otherCounts(zone, random)).toList();
      MemoryReport other = with(report, others);
      assertThat(explainer.judge(other).zones().stream().map(VerdictModelTest::line).toList())
          .isEqualTo(explainer.judge(report).zones().stream().map(VerdictModelTest::line).toList());
    }
  }

  private static MemoryReport with(MemoryReport report, List<ZoneDump> zones) {
    return ReportText.report(
        report.kind(),
        report.kernel(),
        report.release(),
        report.request(),
        4,
        Map.of(),
        zones,
        null);
  }

  private static ZoneDump otherCounts(ZoneDump zone, Random random) {
    List<BlockCount> blocks =
        zone.blocks().stream()
            .map(block ->
                block.count() == 0
                    ? block
                    : new BlockCount(
                        block.order(), 5 + random.nextInt(9_000), reversed(block.types())))
            .toList();
    return new ZoneDump(
        zone.node(),
        zone.name(),
        zone.place(),
        zone.kilobytes(),
        null,
        zone.lowmemReserve(),
        blocks);
  }

  private static String reversed(String letters) {
    return new StringBuilder(letters).reverse().toString();
  }

  private static String line(ZoneVerdict zone) {
    return zone.eligible() ? zone.verdict().label() + " " + zone.test().margin() : "ineligible";
  }

  private static String text(MemoryReport report, ZoneVerdict zone) {
    return "seed " + SEED + ", " + zone + "\nof " + report;
  }
}
