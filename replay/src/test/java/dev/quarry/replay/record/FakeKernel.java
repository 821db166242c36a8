package dev.quarry.replay.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A folder that plays tracefs: a folder made under {@code instances/} is full of files at once. */
final class FakeKernel implements TraceFs.InstanceFolders {
  private static final String STATS =
      """
      entries: %d
      overrun: %d
      commit overrun: 0
      bytes: %d
      oldest event ts:     0.000000
      now ts: 12369.965050
      dropped events: 0
      read events: 0
      """;

  final Path root;
  final List<Path> removed = new ArrayList<>();
  final List<String> enabled = new ArrayList<>();

  /** What {@code trace_pipe} gives, and each CPU's. */
  String all = "";

  List<String> ofCpus = List.of("", "");
  long lost;
  boolean switchedOff;
  long bytesInRing;

  /** A file of each instance that cannot be written. */
  String refused = "";

  FakeKernel(Path root, List<EventSet> sets) throws IOException {
    this.root = root;
    Files.createDirectories(root.resolve("instances"));
    for (EventSet set : sets) {
      for (String event : set.events()) {
        Files.createDirectories(root.resolve("events").resolve(event));
      }
    }
  }

  TraceFs traceFs() {
    return new TraceFs(root, this);
  }

  @Override
  public void make(Path folder) throws IOException {
    Files.createDirectory(folder);
    for (String file : List.of("trace_clock", "options/hash-ptr", "buffer_size_kb", "tracing_on")) {
      write(folder.resolve(file), "");
    }
    write(folder.resolve("events/enable"), "");
    write(folder.resolve("trace_pipe"), all);
    try (Stream<Path> events = Files.walk(root.resolve("events"))) {
      for (Path event : events.filter(Files::isDirectory).toList()) {
        Path own = folder.resolve("events").resolve(root.resolve("events").relativize(event));
        write(own.resolve("enable"), "");
      }
    }
    for (int cpu = 0; cpu < ofCpus.size(); cpu++) {
      Path own = folder.resolve("per_cpu/cpu" + cpu);
      write(own.resolve("trace_pipe"), ofCpus.get(cpu));
      long entries = (all + ofCpus.get(cpu)).lines().count();
      write(
          own.resolve("stats"),
          String.format(Locale.ROOT, STATS, entries, cpu == 1 ? lost : 0, bytesInRing));
    }
    if (!refused.isEmpty()) {
      Files.delete(folder.resolve(refused));
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Override
  public void remove(Path folder) throws IOException {
    removed.add(folder);
    switchedOff =
        Files.readString(folder.resolve("events/enable")).equals("0")
            && Files.readString(folder.resolve("tracing_on")).equals("0");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (file.endsWith("enable") && Files.size(file) > 0 && Files.readString(file).equals("1")) {
          enabled.add(folder.relativize(file.getParent()).toString());
        }
        Files.delete(file);
      }
    }
  }
}
