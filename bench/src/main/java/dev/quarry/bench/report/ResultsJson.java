package dev.quarry.bench.report;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** All figures of a run as one JSON object, with every sample. */
public final class ResultsJson {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private ResultsJson() {}

  /** The text of the object. */
  public static String of(Map<String, String> conditions, List<FigureResult> figures) {
    ObjectNode all = JSON.createObjectNode();
    ObjectNode where = all.putObject("conditions");
    conditions.forEach(where::put);
    ArrayNode list = all.putArray("figures");
    figures.forEach(figure -> figure(list.addObject(), figure));
    return JSON.writeValueAsString(all) + "\n";
  }

  private static void figure(ObjectNode node, FigureResult figure) {
    node.put("id", figure.id());
    node.put("title", figure.title());
    ArrayNode rows = node.putArray("rows");
    for (Row row : figure.rows()) {
      ObjectNode shown = rows.addObject().put("name", row.name()).put("unit", row.unit());
      ArrayNode measured = shown.putArray("measured");
      row.measured().forEach(m -> measured(measured.addObject(), m));
    }
    ArrayNode verdicts = node.putArray("reach");
    figure.verdicts().forEach(v -> verdict(verdicts.addObject(), v));
    ArrayNode notes = node.putArray("notes");
    figure.notes().forEach(notes::add);
  }

  private static void measured(ObjectNode node, Measured measured) {
    node.put("subject", measured.subject().name());
    node.put("ours", measured.subject().ours());
    node.put("median", measured.median());
    ArrayNode samples = node.putArray("samples");
    for (double sample : measured.samples().toArray()) {
      samples.add(sample);
    }
  }

  private static void verdict(ObjectNode node, Verdict verdict) {
    node.put("what", verdict.what());
    node.put(verdict.atMost() ? "atMost" : "atLeast", verdict.bound());
    if (!Double.isNaN(verdict.value())) {
      node.put("value", verdict.value());
    }
    node.put("verdict", verdict.word());
  }
}
