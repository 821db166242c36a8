package dev.quarry.replay.read;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/**
 * What {@code meta.json} says of a recording. Every part may be missing.
 *
 * @param interval the time for which the events are complete; {@link Interval#ALL} if not said
 * @param kernel the release of the recorded kernel, as {@code uname -r} prints it
 * @param cpus how many CPUs the machine had
 * @param pageBytes size of a page, if it is said
 * @param command the workload, word by word
 * @param lostEvents how many events the recorder knows to be missing
 */
public record RecordingMeta(
    Interval interval,
    Optional<String> kernel,
    OptionalInt cpus,
    OptionalInt pageBytes,
    List<String> command,
    OptionalLong lostEvents) {
  /** Of a recording without {@code meta.json}. */
  public static final RecordingMeta NONE =
      new RecordingMeta(
          Interval.ALL,
          Optional.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          List.of(),
          OptionalLong.empty());

  private static final int MAX_CPUS = 1 << 16;
  private static final int MAX_PAGE_BYTES = 1 << 20;

  public RecordingMeta {
    command = List.copyOf(command);
  }

  /**
   * Reads {@code meta.json}.
   *
   * @param name what messages call it
   * @throws RecordingException if it is no JSON object or if one of the known members is impossible
   */
  public static RecordingMeta read(Path file, String name) {
    JsonFile json = JsonFile.read(file, name);
    OptionalLong lost = integer(json, json.root().path("counts"), "_lost", 0, Long.MAX_VALUE);
    if (lost.isEmpty()) {
      lost = integer(json, json.root(), "ftrace_lost", 0, Long.MAX_VALUE);
    }
    return new RecordingMeta(
        interval(json),
        kernel(json),
        toInt(integer(json, json.root(), "cpus", 1, MAX_CPUS)),
        toInt(integer(json, json.root(), "page_size", 512, MAX_PAGE_BYTES)),
        command(json.root().path("cmd")),
        lost);
  }

  private static Interval interval(JsonFile json) {
    JsonNode node = json.root().path("interval");
    if (node.isMissingNode()) {
      return Interval.ALL;
    }
    if (!node.isArray() || node.size() != 2) {
      throw json.error("interval", "must be two times in seconds");
    }
    double start = json.seconds("interval", node.get(0));
    double end = json.seconds("interval", node.get(1));
    if (end <= start) {
      throw json.error("interval", "ends at " + end + " s and begins at " + start + " s");
    }
    return Interval.ofSeconds(start, end);
  }

  private static Optional<String> kernel(JsonFile json) {
    JsonNode node = json.root().path("kernel");
    if (node.isMissingNode()) {
      return Optional.empty();
    }
    if (!node.isString()) {
      throw json.error("kernel", "must be a text such as \"6.18.0\"");
    }
    return Optional.of(node.stringValue());
  }

  private static OptionalLong integer(
      JsonFile json, JsonNode object, String member, long min, long max) {
    JsonNode node = object.path(member);
    if (node.isMissingNode() || node.isNull()) {
      return OptionalLong.empty();
    }
    boolean fits = node.isIntegralNumber() && node.canConvertToLong();
    if (!fits || node.longValue() < min || node.longValue() > max) {
      throw json.error(
          member, "is " + Quote.of(node.toString()) + ", not a number from " + min + " to " + max);
    }
    return OptionalLong.of(node.longValue());
  }

  private static OptionalInt toInt(OptionalLong value) {
    return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
  }

  private static List<String> command(JsonNode words) {
    List<String> command = new ArrayList<>();
    for (JsonNode word : words) {
      if (word.isString()) {
        command.add(word.stringValue());
      }
    }
    return command;
  }
}
