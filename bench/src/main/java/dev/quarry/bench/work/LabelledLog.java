package dev.quarry.bench.work;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A kernel log whose report somebody explained by hand: a file beside {@code labels.json}. What is
 * of less than high confidence there is left out here.
 *
 * @param file the log
 * @param explained whether the snapshot accounts for the failure; empty where that is not certain
 * @param zones what is certain of them
 */
public record LabelledLog(Path file, Optional<Boolean> explained, List<ZoneLabel> zones) {
  private static final String HIGH = "high";

  /**
   * The truth about a zone.
   *
   * @param verdict null if the zone is not eligible
   * @param marginPages null where it is not certain
   */
  public record ZoneLabel(
      int node,
      String zone,
      boolean eligible,
      @Nullable String verdict,
      @Nullable Long marginPages) {}

  /**
   * The logs of a folder, in the order of their names.
   *
   * @throws IOException if there is no {@code labels.json}
   */
  public static List<LabelledLog> read(Path folder) throws IOException {
    JsonNode labels = JsonMapper.shared().readTree(Files.readString(folder.resolve("labels.json")));
    List<LabelledLog> logs = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : labels.properties()) {
      JsonNode label = entry.getValue();
      if (isHigh(label, "confidence")) {
        logs.add(log(folder.resolve(entry.getKey()), label));
      }
    }
    return logs;
  }

  private static LabelledLog log(Path file, JsonNode label) {
    List<ZoneLabel> zones = new ArrayList<>();
    for (JsonNode zone : label.path("zones")) {
      if (isHigh(zone, "confidence")) {
        zones.add(zone(zone));
      }
    }
    boolean certain = isHigh(label, "explained_confidence");
    boolean explained = label.path("explained").asBoolean();
    return new LabelledLog(file, certain ? Optional.of(explained) : Optional.empty(), zones);
  }

  private static ZoneLabel zone(JsonNode zone) {
    boolean eligible = zone.path("eligible").asBoolean();
    JsonNode margin = zone.path("margin_pages");
    boolean scored = margin.isNumber() && !zone.path("margin_unscored").asBoolean(false);
    return new ZoneLabel(
        zone.path("node").asInt(),
        zone.path("zone").asString(),
        eligible,
        eligible ? zone.path("verdict").asString() : null,
        scored ? (Long) margin.asLong() : null);
  }

  /** Where no confidence is given, it is high. */
  private static boolean isHigh(JsonNode label, String member) {
    return label.path(member).asString(HIGH).equals(HIGH);
  }
}
