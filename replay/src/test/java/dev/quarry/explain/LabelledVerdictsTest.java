package dev.quarry.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.explain.log.LogReader;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.ZoneVerdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The logs beside the repository: verdicts, margins to the page, terms, causes as labelled. */
class LabelledVerdictsTest {
  private static final List<Path> PLACES =
      List.of(Path.of("../../shared/logs"), Path.of("../../../shared/logs"));

  private int zones;

  @Test
  void everyVerdictIsAsLabelled() throws IOException {
    Path logs = PLACES.stream().filter(Files::isDirectory).findFirst().orElse(PLACES.getFirst());
    assumeTrue(Files.isDirectory(logs), "no folder ../shared/logs beside the repository");
    JsonNode labels = JsonMapper.shared().readTree(logs.resolve("labels.json").toFile());
    for (Map.Entry<String, JsonNode> label : labels.properties()) {
      MemoryReport report = LogReader.readAll(logs.resolve(label.getKey())).getFirst();
      Explanation explanation = new Explainer().explain(report);
      JsonNode truth = label.getValue();
      assertThat(explanation.explained())
          .as(label.getKey())
          .isEqualTo(truth.get("explained").asBoolean());
      assertThat(explanation.causes().isEmpty()).isEqualTo(explanation.explained());
      assertThat(explanation.remedies().isEmpty()).isNotEqualTo(explanation.explained());
      assertThat(explanation.oom() != null).as(label.getKey()).isEqualTo(report.oom() != null);
      for (JsonNode zone : truth.get("zones")) {
        check(label.getKey(), explanation, zone);
      }
    }
    assertThat(zones).isGreaterThan(50);
  }

  private void check(String log, Explanation explanation, JsonNode truth) {
    String name = truth.get("zone").asString();
    ZoneVerdict zone =
        explanation.zones().stream()
            .filter(one -> one.zone().node() == truth.get("node").asInt())
            .filter(one -> one.zone().name().equals(name))
            .findFirst()
            .orElseThrow(() -> new AssertionError(log + " has no zone " + name));
    assertThat(zone.eligible()).as(log + " " + name).isEqualTo(truth.get("eligible").asBoolean());
    if (!zone.eligible()) {
      return;
    }
    zones++;
    assertThat(zone.verdict().label())
        .as(log + " " + name)
        .isEqualTo(truth.get("verdict").asString());
    assertThat(zone.test().margin())
        .as(log + " " + name)
        .isEqualTo(truth.get("margin_pages").asLong());
    assertThat(zone.term() == null ? "null" : '"' + zone.term().label() + '"')
        .as(log + " " + name)
        .isEqualTo(truth.get("term").toString());
    if (truth.has("passes_at_high")) {
      assertThat(zone.passesAtHigh())
          .as(log + " " + name)
          .isEqualTo(truth.get("passes_at_high").asBoolean());
    }
  }
}
