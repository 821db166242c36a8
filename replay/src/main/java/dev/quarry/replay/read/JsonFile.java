package dev.quarry.replay.read;

import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A small JSON file whose root is an object; at most 1 MiB. */
public final class JsonFile {
  private static final int MAX_BYTES = 1 << 20;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final String file;
  private final JsonNode root;

  private JsonFile(String file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * Reads a file.
   *
   * @param name what messages call it
   * @throws RecordingException if it cannot be read or is no JSON object
   */
  public static JsonFile read(Path path, String name) {
    byte[] bytes = LineReader.readAll(path, name, MAX_BYTES);
    try {
      JsonNode root = MAPPER.readTree(bytes);
      if (root == null || !root.isObject()) {
        throw new RecordingException(name, "does not hold a JSON object");
      }
      return new JsonFile(name, root);
    } catch (JacksonException e) {
      long line = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getLineNr());
      String text = e.getOriginalMessage() == null ? "" : e.getOriginalMessage();
      throw new RecordingException(
          new Place(name, line), "not JSON: " + text.lines().findFirst().orElse("unreadable"));
    }
  }

  /** The root object. */
  public JsonNode root() {
    return root;
  }

  /** An error about one member. */
  public RecordingException error(String member, String message) {
    return new RecordingException(file, "\"" + member + "\" " + message);
  }

  /**
   * A number that is finite and not negative.
   *
   * @throws RecordingException if it is something else
   */
  public double seconds(String member, JsonNode node) {
    double value = node.isNumber() ? node.doubleValue() : Double.NaN;
    if (!(value >= 0 && value <= 1e12)) {
      throw error(member, "is " + Quote.of(node.toString()) + ", not a time in seconds");
    }
    return value;
  }
}
