package dev.quarry.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.Remedy;
import dev.quarry.explain.verdict.Verdict;
import dev.quarry.explain.verdict.ZoneVerdict;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Each remedy is the smallest: the log of a machine with the change passes, and with one step less
 * it does not. The changed logs are written here, without a twin.
 */
class RemediesTest {
  private static final long SEED = 77;
  private static final int EXPLAINED = 40;

  private final Explainer explainer = new Explainer();
  private final Set<String> helped = new TreeSet<>();

  @Test
  void everyRemedyHelpsAndOneStepLessDoesNot() {
    RandomReports reports = new RandomReports(SEED);
    int explained = 0;
    while (explained < EXPLAINED) {
      MemoryReport report = reports.next();
      if (!"(null)".equals(report.request().nodemask())) {
        continue; // a second try of an urgent request does not heed it, a verdict does
      }
      Explanation explanation = explainer.explain(report);
      if (explanation.explained()) {
        explained++;
        explanation.remedies().forEach(remedy -> check(report, explanation, remedy));
      } else {
        assertThat(explanation.remedies()).isEmpty();
        assertThat(explanation.causes()).isNotEmpty();
      }
    }
    assertThat(helped)
        .contains(
            "order",
            "min_free_kbytes, lower",
            "watermark_boost_factor",
            "high-atomic reserve",
            "CMA size",
            "RAM",
            "with __GFP_HIGH");
  }

  private void check(MemoryReport report, Explanation explanation, Remedy remedy) {
    assertThat(remedy.risk()).isNotBlank().doesNotContain("null");
    String what = remedy.knob().startsWith("RAM in ") ? "RAM" : remedy.knob();
    what = what.equals("gfp flags") ? remedy.smallest() : what;
    switch (what) {
      case "order" -> order(report, remedy);
      case "min_free_kbytes, lower" ->
          smallest(report, remedy, -1, number(remedy.smallest()), kb -> marks(report, kb));
      case "watermark_boost_factor" -> onOff(report, remedy, withoutBoost(report));
      case "high-atomic reserve" -> onOff(report, remedy, withoutHighAtomic(report));
      case "CMA size" ->
          smallest(report, remedy, 1, remedy.cost(), pages -> lessCma(report, pages));
      case "RAM" -> {
        ZoneDump first = explanation.zones().getFirst().zone();
        assertThat(remedy.knob()).endsWith(TwinPlan.name(first));
        smallest(report, remedy, 1, remedy.cost(), pages -> moreRam(report, first, pages));
      }
      case "with __GFP_HIGH" ->
          onOff(
              report,
              remedy,
              Edited.request(
                  report,
                  report.request().order().getAsInt(),
                  report.request().maskNames() + "|__GFP_HIGH"));
      default -> {
        // Estimates and flags of the same kind.
        return;
      }
    }
    if (remedy.helps()) {
      helped.add(what);
    }
  }

  private boolean passes(MemoryReport report) {
    return explainer.judge(report).zones().stream()
        .map(ZoneVerdict::verdict)
        .anyMatch(verdict -> verdict == Verdict.PASSES);
  }

  private void onOff(MemoryReport report, Remedy remedy, MemoryReport changed) {
    assertThat(passes(changed)).as("%s: %s", remedy, report).isEqualTo(remedy.helps());
  }

  private void smallest(
      MemoryReport report, Remedy remedy, int step, long value, LongFunction<MemoryReport> with) {
    if (remedy.helps()) {
      assertThat(passes(with.apply(value))).as("%s: %s", remedy, report).isTrue();
      assertThat(passes(with.apply(value - step))).as("less: %s: %s", remedy, report).isFalse();
    }
  }

  private void order(MemoryReport report, Remedy remedy) {
    int asked = report.request().order().getAsInt();
    String names = report.request().maskNames();
    int largest =
        (int)
            LongStream.range(0, asked)
                .filter(order -> passes(Edited.request(report, (int) order, names)))
                .max()
                .orElse(-1);
    assertThat(remedy.helps()).isEqualTo(largest >= 0);
    if (remedy.helps()) {
      assertThat(remedy.smallest()).startsWith("order " + largest + " ");
    }
  }

  private static long number(String text) {
    return text == null ? 0 : Long.parseLong(text.replace(",", ""));
  }

  /** All zones of these machines have the same size, and so the same share. */
  private static MemoryReport marks(MemoryReport report, long kbytes) {
    long min = kbytes / 4 / report.zones().size();
    return Edited.zones(
        report,
        zone ->
            Edited.counters(
                zone, Map.of("boost", 0L, "min", 4 * min, "low", 4 * min, "high", 4 * min)));
  }

  private static MemoryReport withoutBoost(MemoryReport report) {
    return Edited.zones(
        report,
        zone ->
            Edited.counters(zone, Map.of("boost", 0L, "min", zone.kb("min") - zone.kb("boost"))));
  }

  private static MemoryReport withoutHighAtomic(MemoryReport report) {
    return Edited.zones(
        report,
        zone ->
            Edited.blocks(
                Edited.counters(zone, Map.of("reserved_highatomic", 0L, "free_highatomic", 0L)),
                block -> Edited.movable(block, "H")));
  }

  private static MemoryReport lessCma(MemoryReport report, long pages) {
    return Edited.zones(
        report,
        zone ->
            Edited.blocks(
                Edited.counters(
                    zone, Map.of("free_cma", Math.max(0, zone.kb("free_cma") - 4 * pages))),
                block -> 1L << block.order() <= pages ? Edited.movable(block, "C") : block));
  }

  private static MemoryReport moreRam(MemoryReport report, ZoneDump where, long pages) {
    return Edited.zones(
        report,
        zone ->
            zone.equals(where)
                ? Edited.blocks(
                    Edited.counters(zone, Map.of("free", zone.kb("free") + 4 * pages)),
                    block -> 1L << block.order() <= pages ? Edited.oneMore(block) : block)
                : zone);
  }

  /** A machine whose reserves follow from its zones: 1,000,000 pages of Normal, by the ratio. */
  @Test
  void theReserveRatioIsTheSmallestThatHelps() {
    MemoryReport report =
        ReportText.read(
            """
            report ratio 6.18 page-allocation-failure
            request 0 0xcc0 GFP_KERNEL (null) 0
            zone 0 DMA32 free=20000 boost=0 min=4800 low=6000 high=7200 present=900000 managed=800000
            reserve 0 0 3906 3906
            blocks 100:UM 50:UM 10:M 0:- 0:- 0:- 0:- 0:- 0:- 0:- 0:-
            zone 0 Normal free=9600 boost=0 min=24000 low=30000 high=36000 present=4000000 managed=4000000
            reserve 0 0 0 0
            blocks 100:UM 50:UM 10:M 0:- 0:- 0:- 0:- 0:- 0:- 0:- 0:-
            """);
    Explanation explanation = explainer.explain(report);
    assertThat(explanation.explained()).isTrue();
    Remedy remedy =
        explanation.remedies().stream()
            .filter(one -> one.knob().equals("lowmem_reserve_ratio of DMA32"))
            .findFirst()
            .orElseThrow();
    assertThat(remedy.now()).isEqualTo("256");
    assertThat(remedy.zone()).isEqualTo("DMA32");
    long ratio = number(remedy.smallest());
    assertThat(remedy.cost()).isEqualTo(3906 - 1_000_000 / ratio);
    assertThat(passes(withRatio(report, ratio))).isTrue();
    assertThat(passes(withRatio(report, ratio - 1))).isFalse();
  }

  private static MemoryReport withRatio(MemoryReport report, long ratio) {
    long kept = 1_000_000 / ratio;
    return Edited.zones(
        report,
        zone ->
            zone.name().equals("DMA32")
                ? Edited.reserve(zone, new long[] {0, 0, kept, kept})
                : zone);
  }
}
