package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.JsonFile;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * {@code times.json}: when each file of a snapshot was taken, in seconds of the recorded machine's
 * clock; {@code exact0} and {@code exact1} are the begin and the end of the walk over the lists.
 *
 * @param seconds by the file's name
 */
public record SnapshotTimes(Map<String, Double> seconds) {
  /** Nothing is known. */
  public static final SnapshotTimes NONE = new SnapshotTimes(Map.of());

  private static final int MAX_NAMES = 256;

  public SnapshotTimes {
    seconds = Collections.unmodifiableMap(new TreeMap<>(seconds));
  }

  /** When a file was taken; empty if that is not known. */
  public OptionalDouble at(String name) {
    Double value = seconds.get(name);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** Reads the file. */
  public static SnapshotTimes read(Path path, String name) {
    JsonFile json = JsonFile.read(path, name);
    Map<String, Double> seconds = new TreeMap<>();
    for (Map.Entry<String, JsonNode> member : json.root().properties()) {
      if (member.getValue().isFloat() || member.getValue().isDouble()) {
        seconds.put(member.getKey(), json.seconds(member.getKey(), member.getValue()));
      }
      if (seconds.size() > MAX_NAMES) {
        throw json.error(member.getKey(), "is one of more than " + MAX_NAMES + " times");
      }
    }
    return new SnapshotTimes(seconds);
  }
}
