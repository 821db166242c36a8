package dev.quarry.replay.record;

import dev.quarry.replay.snapshot.Frames;
import dev.quarry.replay.snapshot.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The state of memory at one time, kept in memory until nothing is recorded any more. Which file is
 * read when matters: free blocks are counted right at the recording's edge.
 *
 * <pre>
 *   before   zoneinfo ... vmallocinfo  kpageflags  pagetypeinfo  buddyinfo │ events that count
 *   after    events that count │ buddyinfo  pagetypeinfo  kpageflags  zoneinfo ... vmallocinfo
 * </pre>
 */
final class Capture {
  private static final List<String> SLOW =
      List.of("zoneinfo", "vmstat", "meminfo", "slabinfo", "vmallocinfo");
  private static final List<String> NEEDED = List.of("zoneinfo", "buddyinfo", "pagetypeinfo");

  /** While the frames are read, others work on: it is tried again until little has changed. */
  private static final int ATTEMPTS = 3;

  private static final long FEW_PAGES = 1_000;
  private static final double NANOS = 1e9;

  private final Path proc;
  private final Snapshot machine;
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final Map<String, Double> times = new LinkedHashMap<>();
  private Optional<Frames> frames = Optional.empty();

  private Capture(Path proc, Snapshot machine) {
    this.proc = proc;
    this.machine = machine;
  }

  /**
   * Reads the state that the recording begins with.
   *
   * @param proc such as {@code /proc}
   * @param machine an earlier reading, for its zones
   */
  static Capture before(Path proc, Snapshot machine) {
    Capture capture = new Capture(proc, machine);
    capture.frames(); // the second time is quicker, and so nearer to one instant
    SLOW.forEach(capture::file);
    long moved = capture.movedPages();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      capture.frames();
      capture.file("pagetypeinfo");
      capture.file("buddyinfo");
      long now = capture.movedPages();
      if (now - moved < FEW_PAGES) {
        break;
      }
      moved = now;
    }
    return capture;
  }

  /** Reads the state that the recording ends with. */
  static Capture after(Path proc, Snapshot machine) {
    Capture capture = new Capture(proc, machine);
    capture.file("buddyinfo");
    capture.file("pagetypeinfo");
    capture.frames();
    SLOW.forEach(capture::file);
    return capture;
  }

  /** Pages that were allocated and freed since the kernel booted; 0 if nobody counts them. */
  private long movedPages() {
    return Snapshot.readAvailable(proc, false)
        .vmstat()
        .map(counters ->
            counters.names().stream()
                .filter(name -> name.startsWith("pgalloc_") || name.equals("pgfree"))
                .mapToLong(name -> counters.get(name).orElse(0))
                .sum())
        .orElse(0L);
  }

  /** Seconds of CLOCK_MONOTONIC, which is the clock of the events too. */
  static double now() {
    return System.nanoTime() / NANOS;
  }

  private void file(String name) {
    try {
      files.put(name, Files.readAllBytes(proc.resolve(name)));
      times.put(name, now());
    } catch (IOException e) {
      // A kernel without it, or it is for root alone: the snapshot has not that file.
    }
  }

  private void frames() {
    Path words = proc.resolve("kpageflags");
    if (Files.isReadable(words) && machine.zoneInfo().isPresent()) {
      int maxOrder = machine.maxOrder().orElse(0);
      times.put("kpageflags0", now());
      frames = Optional.of(Frames.read(words, "kpageflags", machine.zoneInfo().get(), maxOrder));
      times.put("kpageflags1", now());
    }
  }

  /** The edge of the recording: where the state before is complete, in seconds. */
  Optional<Double> begin() {
    return Optional.ofNullable(times.getOrDefault("kpageflags1", times.get("buddyinfo")));
  }

  /** The edge of the recording: where the state after begins to be read, in seconds. */
  Optional<Double> end() {
    return Optional.ofNullable(times.get("buddyinfo"));
  }

  /** What the snapshot lacks, and what that costs. */
  List<String> missing() {
    List<String> missing = new ArrayList<>();
    for (String name : NEEDED) {
      if (!files.containsKey(name)) {
        missing.add("the state has no " + name + ", which could not be read");
      }
    }
    if (frames.isEmpty()) {
      missing.add("kpageflags could not be read: where free blocks lie is not known");
    }
    missing.add("the order of the free lists and what lies on per-CPU lists is not in /proc");
    return missing;
  }

  /** Writes the snapshot. */
  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
    if (frames.isPresent()) {
      frames.get().write(folder);
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    times.forEach(json::put);
    Files.writeString(folder.resolve("times.json"), json.toPrettyString() + "\n");
  }
}
