package dev.quarry.explain.show;

import dev.quarry.explain.verdict.Explanation;
import java.io.Writer;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Explanations as one JSON object, written as they come.
 *
 * <pre>
 *   no report      {"kernel": null, ..., "explained": false, "reason": "no report ...", "reports": []}
 *   one            {"kernel": ..., "order": ..., "zones": [...], ...}
 *   more than one  {... the first one's members ..., "reports": [the first, the second, ...]}
 * </pre>
 *
 * <p>So a program that expects one report reads the first of several. Only one is kept in memory.
 */
public final class ExplainJson implements Output {
  private final JsonGenerator json;
  private final boolean trail;
  private @Nullable ObjectNode first;
  private long count;

  /**
   * JSON that goes to a writer, which stays open.
   *
   * @param trail whether the allocator's own steps are a member, too
   */
  public ExplainJson(Writer out, boolean trail) {
    JsonMapper mapper = JsonMapper.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();
    this.json = mapper.writerWithDefaultPrettyPrinter().createGenerator(out);
    this.trail = trail;
  }

  @Override
  public void add(Explanation explanation) {
    ObjectNode node = ExplanationJson.of(explanation, trail);
    count++;
    if (count == 1) {
      begin(node);
    } else if (count == 2 && first != null) {
      json.writeName("reports");
      json.writeStartArray();
      json.writeTree(first);
      first = null;
      json.writeTree(node);
    } else {
      json.writeTree(node);
    }
  }

  private void begin(ObjectNode node) {
    first = node;
    json.writeStartObject();
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      json.writeName(member.getKey());
      json.writeTree(member.getValue());
    }
  }

  @Override
  public void finish() {
    if (count == 0) {
      begin(ExplanationJson.none());
      json.writeName("reports");
      json.writeStartArray();
      json.writeEndArray();
    } else if (count > 1) {
      json.writeEndArray();
    }
    json.writeEndObject();
    json.writeRaw('\n');
    json.close();
  }
}
