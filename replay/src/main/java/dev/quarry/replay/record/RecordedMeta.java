package dev.quarry.replay.record;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a recording says of itself: {@code meta.json}. */
record RecordedMeta(RecordOptions options, List<String> events, RecordResult result, Path proc) {
  /**
   * Writes the file.
   *
   * @param start seconds at which the state before was taken
   * @param end seconds at which the state after was taken
   */
  void write(Path file, double start, double end) throws IOException {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("rc", result.exitCode());
    root.put("seconds", Math.round(result.seconds() * 1000) / 1000.0);
    root.putArray("interval").add(start).add(end);
    root.put("backend", "ftrace");
    ArrayNode names = root.putArray("events");
    events.forEach(event -> names.add(event.replace('/', ':')));
    root.put("ftrace_lost", result.lost());
    String program = options.command().getFirst();
    root.putArray("cmd").add(program.substring(program.lastIndexOf('/') + 1));
    root.put("sets", options.sets().stream().map(EventSet::label).collect(Collectors.joining(",")));
    Path release = proc.resolve("sys/kernel/osrelease");
    if (Files.isReadable(release)) {
      root.put("kernel", Files.readString(release, StandardCharsets.ISO_8859_1).strip());
    }
    root.put("clock", "CLOCK_MONOTONIC");
    ObjectNode counts = root.putObject("counts");
    result.counts().forEach(counts::put);
    counts.put("_lost", result.lost());
    Files.writeString(file, root.toPrettyString() + "\n");
  }
}
