package dev.quarry.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.ReportKind;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.explain.show.ExplainJson;
import dev.quarry.explain.verdict.Compacted;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.Remedy;
import dev.quarry.machine.KernelRelease;
import dev.quarry.replay.movable.CompactionRun;
import dev.quarry.replay.read.Place;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Compaction as a remedy, for logs of one zone of 256 MiB that is fragmented in a known way. */
class CompactionRemedyTest {
  private static final long PAGES = 65_536;
  private static final long SINGLES = 6_000;
  private static final KernelRelease NEW = new KernelRelease(6, 18);

  private final Explainer explainer = new Explainer();

  /** A request of an order; {@code movable} pages on LRU lists, or -1: not counted. */
  private static MemoryReport log(
      KernelRelease release, int order, long movable, long min, String letters) {
    Map<String, Long> kb = new LinkedHashMap<>();
    kb.put("free", 4 * SINGLES);
    kb.put("min", 4 * min);
    kb.put("low", 4 * min * 5 / 4);
    kb.put("high", 4 * min * 6 / 4);
    if (movable >= 0) {
      kb.put("active_anon", movable);
      kb.put("inactive_anon", movable);
      kb.put("active_file", movable);
      kb.put("inactive_file", movable);
    }
    kb.put("present", 4 * PAGES);
    kb.put("managed", 4 * PAGES);
    List<BlockCount> blocks = new ArrayList<>();
    blocks.add(new BlockCount(0, SINGLES, letters));
    for (int larger = 1; larger <= 10; larger++) {
      blocks.add(new BlockCount(larger, 0, ""));
    }
    ZoneDump zone =
        new ZoneDump(0, "Normal", Place.of("test"), kb, null, new long[] {0, 0, 0, 0}, blocks);
    return ReportText.report(
        ReportKind.PAGE_ALLOCATION_FAILURE,
        release.toString(),
        release,
        ReportText.request(order, 0, "GFP_KERNEL", "(null)", null),
        4,
        Map.of(),
        List.of(zone),
        null);
  }

  private Remedy remedy(MemoryReport log) {
    Explanation explanation = explainer.explain(log);
    assertThat(explanation.explained()).isTrue();
    return explanation.remedies().stream()
        .filter(remedy -> remedy.knob().equals("compaction first"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whereAllPagesCanMoveEachOrderIsWon() {
    for (int order = 1; order <= 10; order++) {
      Remedy remedy = remedy(log(NEW, order, PAGES - SINGLES, 500, "M"));
      Compacted compacted = remedy.compacted();
      assertThat(remedy.helps()).as("order %d", order).isTrue();
      assertThat(remedy.estimate()).isTrue();
      assertThat(remedy.zone()).isEqualTo("Normal");
      assertThat(compacted.share()).isEqualTo(1);
      assertThat(compacted.together().movable()).isEqualTo(PAGES - SINGLES);
      assertThat(compacted.together().before()).isZero();
      assertThat(compacted.together().after()).isEqualTo(10);
      assertThat(compacted.together().moved()).isBetween(1_000L, PAGES);
      assertThat(compacted.passesSpread()).isTrue();
      assertThat(remedy.risk()).contains("and it passes too");
    }
  }

  @Test
  void whereHalfOfThePagesCannotMoveItMattersWhereTheyAre() {
    Remedy remedy = remedy(log(NEW, 5, (PAGES - SINGLES) / 2, 500, "UM"));
    assertThat(remedy.helps()).isTrue();
    assertThat(remedy.compacted().passesSpread()).isFalse();
    CompactionRun spread = remedy.compacted().spread();
    // A block of 16 with two free frames needs 14 others that can move: one in 2^14 does.
    assertThat(spread.after()).isBetween(1, 4);
    assertThat(spread.after()).isLessThan(remedy.compacted().together().after());
    assertThat(remedy.risk()).contains("if they lie anywhere, ", "and it fails");
  }

  @Test
  void withoutFreePagesInMovablePageblocksThereIsNoRoom() {
    Remedy remedy = remedy(log(NEW, 3, (PAGES - SINGLES) / 2, 500, "U"));
    assertThat(remedy.helps()).isFalse();
    assertThat(remedy.compacted().together().moved()).isZero();
    assertThat(remedy.risk()).contains("0 move and the largest free block is of order 0");
  }

  @Test
  void atTheMinMarkNoPageIsTakenToMoveAnotherThere() {
    Remedy remedy = remedy(log(NEW, 1, PAGES - SINGLES, SINGLES, "M"));
    assertThat(remedy.helps()).isFalse();
    assertThat(remedy.compacted().together().moved()).isZero();
  }

  @Test
  void whatIsNotKnownIsNotGuessed() {
    assertThat(remedy(log(NEW, 3, -1, 500, "M")).risk())
        .isEqualTo("the log does not count movable pages by zone");
    assertThat(remedy(log(NEW, 3, 0, 500, "M")).risk()).isEqualTo("no page of its zones can move");
    assertThat(remedy(log(new KernelRelease(2, 6, 34), 3, PAGES, 500, "M")).risk())
        .isEqualTo("Linux 2.6.34 has no compaction");
    assertThat(remedy(log(new KernelRelease(2, 6, 35), 3, PAGES, 500, "M")).helps()).isTrue();
  }

  private String json(MemoryReport log) {
    StringWriter out = new StringWriter();
    ExplainJson json = new ExplainJson(out, false);
    json.add(explainer.explain(log));
    json.finish();
    return out.toString();
  }

  @Test
  void theSameLogGivesTheSameBytes() {
    MemoryReport log = log(NEW, 4, 30_000, 500, "UME");
    String json = json(log);
    assertThat(json)
        .isEqualTo(json(log))
        .contains("\"compaction\"", "\"unmovable_together\"", "\"unmovable_spread\"")
        .contains("\"movable_pages\" : 30000", "\"seed\" : 1");
  }
}
