package dev.quarry.bench.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.bench.work.LogScore.Question;
import dev.quarry.explain.Explainer;
import dev.quarry.explain.log.LogReader;
import dev.quarry.explain.log.MemoryReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers about logs are counted as they are: right, wrong, or not asked. */
class LogScoreTest {
  private static final Path LOG = Path.of("../examples/logs/order4.log");

  /** The truth about the example, with a margin that nobody is sure of. */
  private static final String LABELS =
      """
      {"order4.log": {"explained": true, "confidence": "high", "zones": [
         {"node": 0, "zone": "DMA32", "eligible": true, "verdict": "no-block",
          "margin_pages": 13449},
         {"node": 0, "zone": "DMA", "eligible": true, "verdict": "below-min-plus-reserve",
          "margin_pages": -15, "margin_unscored": true},
         {"node": 0, "zone": "Movable", "eligible": false}]},
       "other.log": {"explained": true, "confidence": "medium", "zones": []}}
      """;

  @TempDir Path folder;

  @Test
  void quarryAndTheRuleOfThumb() throws IOException {
    Files.copy(LOG, folder.resolve("order4.log"));
    Files.writeString(folder.resolve("labels.json"), LABELS);
    List<LabelledLog> logs = LabelledLog.read(folder);
    assertThat(logs).hasSize(1);
    MemoryReport report = LogReader.readAll(logs.getFirst().file()).getFirst();
    LogScore quarry = new LogScore();
    quarry.add(logs.getFirst(), LogAnswer.of(new Explainer().judge(report)));
    LogScore rule = new LogScore();
    rule.add(logs.getFirst(), LogAnswer.byRuleOfThumb(report, "min"));
    for (Question question : Question.values()) {
      assertThat(quarry.percent(question)).as("%s", question).isEqualTo(100);
      assertThat(rule.all(question)).isEqualTo(quarry.all(question));
    }
    assertThat(quarry.all(Question.ELIGIBLE)).isEqualTo(3);
    assertThat(quarry.all(Question.MARGIN)).isEqualTo(1);
    // No zone's free is below its min: the rule has no explanation and no zone right.
    assertThat(rule.percent(Question.EXPLAINED)).isZero();
    assertThat(rule.percent(Question.SERVES)).isZero();
    assertThat(rule.percent(Question.VERDICT)).isZero();
    assertThat(rule.percent(Question.ELIGIBLE)).isEqualTo(100);
  }
}
