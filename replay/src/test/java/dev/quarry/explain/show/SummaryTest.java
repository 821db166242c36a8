package dev.quarry.explain.show;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.replay.read.Place;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Causes by count, in a bounded table. */
class SummaryTest {
  /** The same report at another place, of another kernel. */
  private static Explanation at(Explanation of, String file, long line, String kernel) {
    MemoryReport r = of.report();
    MemoryReport moved =
        new MemoryReport(
            r.kind(),
            new Place(file, line),
            line + 40,
            kernel,
            r.release(),
            r.request(),
            r.pageKb(),
            r.pages(),
            r.nodes(),
            r.zones(),
            r.freeSwapKb(),
            r.totalSwapKb(),
            r.slabs(),
            r.oom(),
            r.callTrace(),
            r.problems());
    return new Explanation(
        moved,
        of.zones(),
        of.explained(),
        of.sentence(),
        of.causes(),
        of.couldNot(),
        of.remedies(),
        of.trail(),
        of.oom(),
        of.caveats());
  }

  private static Summary three() {
    Summary summary = new Summary();
    summary.add(at(Shown.oom(), "a.log", 1, "3.10.0"));
    for (int i = 0; i < 37; i++) {
      summary.add(at(Shown.noBlock(), "b.log", 100 * i + 1, "6.8.0-rc3"));
    }
    summary.add(at(Shown.sysrq(), "c.log", 7, "6.8.0-rc3"));
    return summary;
  }

  @Test
  void table() throws IOException {
    String text = three().text(3, Ink.PLAIN);
    Golden.same("explain/summary.txt", text);
    assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(101));
  }

  @Test
  void json() {
    JsonNode root = new ObjectMapper().readTree(three().json(3));
    assertThat(root.path("reports").asLong()).isEqualTo(39);
    assertThat(root.path("explained").asLong()).isEqualTo(37);
    assertThat(root.path("causes")).hasSize(3);
    JsonNode first = root.at("/causes/0");
    assertThat(first.path("count").asLong()).isEqualTo(37);
    assertThat(first.path("verdict").asString()).isEqualTo("no-block");
    assertThat(first.at("/first/line").asLong()).isEqualTo(1);
    assertThat(first.at("/last/line").asLong()).isEqualTo(3601);
    assertThat(root.at("/causes/2/order").isNull()).isTrue();
  }

  @Test
  void theTableIsBounded() {
    Summary summary = new Summary();
    int many = Summary.MOST_CAUSES + 250;
    for (int i = 0; i < many; i++) {
      summary.add(at(Shown.sysrq(), "x.log", i, "6.8." + i));
    }
    JsonNode root = new ObjectMapper().readTree(summary.json(1));
    assertThat(root.path("causes")).hasSize(Summary.MOST_CAUSES);
    assertThat(root.path("other_reports").asLong()).isEqualTo(250);
    assertThat(root.path("reports").asLong()).isEqualTo(many);
  }
}
