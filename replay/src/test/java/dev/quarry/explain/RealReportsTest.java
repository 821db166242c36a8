package dev.quarry.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.Verdict;
import dev.quarry.explain.verdict.ZoneVerdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reports of real kernels: the verdict, the margin to the page and the term, zone by zone. */
class RealReportsTest {
  record Expected(String id, MemoryReport report, List<String> zones) {
    @Override
    public String toString() {
      return id + " of " + report.kernel();
    }
  }

  static Stream<Expected> reports() throws IOException {
    List<Expected> all = new ArrayList<>();
    for (String text : text().split("\n\n")) {
      if (text.startsWith("report ")) {
        List<String> zones =
            text.lines()
                .filter(line -> line.startsWith("expect "))
                .map(line -> line.substring("expect ".length()))
                .toList();
        all.add(new Expected(text.split(" ")[1], ReportText.read(text), zones));
      }
    }
    assertThat(all).hasSizeGreaterThan(10);
    return all.stream();
  }

  static String text() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(RealReportsTest.class.getResourceAsStream("reports.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @MethodSource("reports")
  void everyZoneHasItsVerdict(Expected expected) {
    Explanation explanation = new Explainer().judge(expected.report);
    assertThat(explanation.zones().stream().map(RealReportsTest::line))
        .containsExactlyInAnyOrderElementsOf(expected.zones);
    boolean passes = expected.zones.stream().anyMatch(zone -> zone.contains(" passes "));
    assertThat(explanation.explained()).isEqualTo(!passes);
    assertThat(explanation.causes().isEmpty()).isEqualTo(!passes);
    assertThat(explanation.sentence()).endsWith(".").doesNotContain("null");
  }

  private static String line(ZoneVerdict zone) {
    String name = zone.zone().node() + "/" + zone.zone().name();
    if (!zone.eligible()) {
      assertThat(zone.whyNot()).isNotBlank();
      return name + " ineligible";
    }
    Verdict verdict = Objects.requireNonNull(zone.verdict());
    return String.format(
        Locale.ROOT,
        "%s %s %d %s %s",
        name,
        verdict.label(),
        Objects.requireNonNull(zone.test()).margin(),
        zone.term() == null ? "-" : zone.term().label(),
        verdict == Verdict.PASSES ? zone.passesAtHigh() : "-");
  }
}
