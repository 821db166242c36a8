package dev.quarry.replay.record;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Rings of our own: a folder {@code instances/quarry-PID}. Closing switches everything off and
 * removes it, whatever happened before; it may be closed twice, and from another thread.
 */
final class TraceInstance implements AutoCloseable {
  private final TraceFs traceFs;
  private final Path folder;
  private boolean closed;

  private TraceInstance(TraceFs traceFs, Path folder) {
    this.traceFs = traceFs;
    this.folder = folder;
  }

  /**
   * Makes the folder and sets up its rings: times of CLOCK_MONOTONIC, true addresses.
   *
   * @param ringKib size of the ring of each CPU
   * @throws RecordException if the kernel refuses
   */
  static TraceInstance make(TraceFs traceFs, int ringKib) {
    Path folder =
        traceFs.root().resolve("instances").resolve("quarry-" + ProcessHandle.current().pid());
    try {
      traceFs.folders().make(folder);
    } catch (IOException e) {
      throw new RecordException(
          "cannot make the trace instance " + folder + ": " + e.getMessage(), e);
    }
    TraceInstance instance = new TraceInstance(traceFs, folder);
    try {
      instance.write("trace_clock", "mono");
      instance.write("options/hash-ptr", "0");
      instance.write("buffer_size_kb", Integer.toString(ringKib));
      return instance;
    } catch (RecordException e) {
      instance.close();
      throw e;
    }
  }

  private void write(String file, String value) {
    try {
      Files.writeString(folder.resolve(file), value, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new RecordException(
          "the kernel does not take \""
              + value
              + "\" for "
              + folder.resolve(file)
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /** Switches events on. */
  void enable(List<String> events) {
    for (String event : events) {
      write("events/" + event + "/enable", "1");
    }
  }

  /** Switches all events off, and the rings: who reads on comes to an end. */
  void stop() {
    write("events/enable", "0");
    write("tracing_on", "0");
  }

  /** How many CPUs have rings. */
  List<Integer> cpus() throws IOException {
    List<Integer> cpus = new ArrayList<>();
    try (DirectoryStream<Path> names =
        Files.newDirectoryStream(folder.resolve("per_cpu"), "cpu*")) {
      for (Path name : names) {
        cpus.add(Integer.parseInt(name.getFileName().toString().substring("cpu".length())));
      }
    }
    cpus.sort(null);
    return cpus;
  }

  /** The text of all events in the order of their times; what is read is gone. */
  Path pipe() {
    return folder.resolve("trace_pipe");
  }

  /** The text of a CPU's events; what is read is gone. */
  Path pipe(int cpu) {
    return folder.resolve("per_cpu/cpu" + cpu + "/trace_pipe");
  }

  /**
   * What a ring counts.
   *
   * @param entries events in it
   * @param bytes their size
   * @param lost events that found no room, or were written over
   */
  record RingStats(long entries, long bytes, long lost) {}

  RingStats stats(int cpu) throws IOException {
    long entries = 0;
    long bytes = 0;
    long lost = 0;
    Path file = folder.resolve("per_cpu/cpu" + cpu + "/stats");
    for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
      int colon = line.indexOf(':');
      String value = line.substring(colon + 1).strip();
      switch (line.substring(0, Math.max(0, colon))) {
        case "entries" -> entries = Long.parseLong(value);
        case "bytes" -> bytes = Long.parseLong(value);
        case "overrun", "commit overrun", "dropped events" -> lost += Long.parseLong(value);
        default -> {
          // Times, and what was read.
        }
      }
    }
    return new RingStats(entries, bytes, lost);
  }

  /** Switches everything off and removes the folder, which no reader may hold any more. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      stop();
    } catch (RecordException e) {
      // What cannot be switched off is removed all the same, which switches it off.
    }
    try {
      traceFs.folders().remove(folder);
    } catch (IOException e) {
      throw new RecordException(
          "cannot remove the trace instance " + folder + "; root removes it with rmdir", e);
    }
  }
}
