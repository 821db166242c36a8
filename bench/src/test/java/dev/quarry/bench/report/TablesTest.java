package dev.quarry.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reader sees. */
class TablesTest {
  private static final Row ROW =
      new Row(
          "1 thread",
          "ns",
          List.of(
              new Measured(Subject.ours("Quarry"), Samples.of(20, 10, 30)),
              new Measured(Subject.ours("Quarry, other"), Samples.of(40)),
              new Measured(Subject.peer("mimalloc 2.0.9 in C"), Samples.of(100, 50, 150, 100))));

  private static final FigureResult FIGURE =
      new FigureResult(
          "P4",
          "blocks",
          FigureResult.Layout.SUBJECTS,
          List.of(ROW),
          List.of(
              Verdict.ratio(ROW, "Quarry", "mimalloc", 0.25),
              Verdict.ratio(ROW, "Quarry", "jemalloc", 0.25),
              Verdict.atLeast("rate", 2_000_000, 3_000_000)),
          List.of("jemalloc is missing"));

  @Test
  void textHasMediansQuartilesAndARatioForEachOfOurs() {
    assertThat(TextTable.of(FIGURE))
        .isEqualTo(
            """
            P4  blocks
              1 thread, ns                                         median             quartiles     A/it     B/it
                A Quarry                                               20               15 – 25              2.00
                B Quarry, other                                        40               40 – 40     0.50
                  mimalloc 2.0.9 in C                                 100          87.5 – 112.5     0.20     0.40
              reach   1 thread: Quarry / mimalloc: 0.20, to reach <= 0.25: met
              reach   1 thread: Quarry / jemalloc: -, to reach <= 0.25: not measured
              reach   rate: 2,000,000, to reach >= 3,000,000: missed
              note    jemalloc is missing
            """);
  }

  @Test
  void markdownHasTheSame() {
    assertThat(MarkdownTable.of(FIGURE))
        .contains(
            "| 1 thread (ns) | median | quartiles | A/it | B/it |\n|---|--:|--:|--:|--:|\n",
            "| A: Quarry | 20 | 15 – 25 |  | 2.00 |\n",
            "| mimalloc 2.0.9 in C | 100 | 87.5 – 112.5 | 0.20 | 0.40 |\n",
            "| 1 thread: Quarry / mimalloc | ≤ 0.25 | 0.20 | met |\n",
            "* jemalloc is missing\n");
  }

  @Test
  void sizesMakeOneTable() {
    List<Row> rows =
        List.of(
            new Row("1 blocks", "ns", List.of(new Measured(Subject.ours("us"), Samples.of(3)))),
            new Row("1000 blocks", "ns", List.of(new Measured(Subject.ours("us"), Samples.of(4)))),
            new Row("2 CPUs", "ns", List.of(new Measured(Subject.ours("us"), Samples.of(5)))));
    FigureResult figure =
        new FigureResult("G1", "growth", FigureResult.Layout.SIZES, rows, List.of(), List.of());
    assertThat(MarkdownTable.of(figure))
        .contains("| blocks | us, ns |\n|--:|--:|\n| 1 | 3 |\n| 1,000 | 4 |\n")
        .contains("| CPUs | us, ns |\n|--:|--:|\n| 2 | 5 |\n");
    assertThat(TextTable.of(figure)).contains("1,000").doesNotContain("A/it");
  }

  @Test
  void aPageKeepsWhatStandsAroundTheMarks(@TempDir Path folder) throws IOException {
    Path page = folder.resolve("page.md");
    Files.writeString(page, "# P\n" + MarkedPage.BEGIN + "old\n" + MarkedPage.END + "rest\n");
    MarkedPage.replace(page, "new\n");
    MarkedPage.replace(page, "newer\n");
    assertThat(page)
        .hasContent("# P\n" + MarkedPage.BEGIN + "\nnewer\n\n" + MarkedPage.END + "rest\n");
    Files.writeString(page, "# P\n");
    assertThatThrownBy(() -> MarkedPage.replace(page, "new")).hasMessageContaining("has no lines");
  }

  @Test
  void jsonHasEverySample() {
    String json = ResultsJson.of(Map.of("processor", "one"), List.of(FIGURE));
    assertThat(json.replaceAll("\\s+", ""))
        .contains("\"conditions\":{\"processor\":\"one\"}")
        .contains("\"median\":100.0,\"samples\":[50.0,100.0,100.0,150.0]")
        .contains("\"atMost\":0.25,\"value\":0.2,\"verdict\":\"met\"")
        .contains("\"verdict\":\"notmeasured\"");
  }
}
