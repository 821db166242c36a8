package dev.quarry.replay.record;

import dev.quarry.replay.snapshot.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Records what the kernel's memory manager does while a command runs, system wide, between two
 * snapshots. Whatever happens, the trace instance is removed; when the process is told to end, the
 * command is ended and what was recorded so far is kept.
 */
public final class Recorder {
  private final TraceFs traceFs;
  private final Path proc;
  private final Consumer<String> progress;
  private final List<String> notes = new ArrayList<>();

  /**
   * @param traceFs the kernel's tracing
   * @param proc such as {@code /proc}
   * @param progress takes a line whenever something is done
   */
  public Recorder(TraceFs traceFs, Path proc, Consumer<String> progress) {
    this.traceFs = traceFs;
    this.proc = proc;
    this.progress = progress;
  }

  /** What the time of the command gave. */
  private record Session(
      Capture before,
      Capture after,
      double start,
      double end,
      int exitCode,
      List<Path> texts,
      long lost) {}

  /**
   * Records.
   *
   * @throws RecordException if the kernel refuses, or the command cannot be run
   * @throws IOException if a file cannot be written
   */
  public RecordResult record(RecordOptions options) throws IOException {
    List<String> events = known(options.sets());
    if (Files.exists(options.out())) {
      throw new RecordException(options.out() + " is there already: name a new folder with --out");
    }
    CountDownLatch done = new CountDownLatch(1);
    Files.createDirectories(options.out());
    boolean whole = false;
    try {
      Path scratch = Files.createDirectory(options.out().resolve(".scratch"));
      Session session = session(options, events, scratch, done);
      RecordResult result = write(options, events, session, scratch);
      whole = true;
      return result;
    } finally {
      try {
        remove(whole ? options.out().resolve(".scratch") : options.out());
      } finally {
        done.countDown();
      }
    }
  }

  private List<String> known(List<EventSet> sets) {
    List<String> events = sets.stream().flatMap(set -> set.events().stream()).toList();
    List<String> missing = events.stream().filter(event -> !traceFs.has(event)).toList();
    if (missing.size() == events.size()) {
      throw new RecordException(
          "this kernel has none of the events: " + String.join(", ", missing));
    }
    if (!missing.isEmpty()) {
      notes.add("this kernel has no " + String.join(", ", missing));
    }
    return events.stream().filter(traceFs::has).toList();
  }

  private Session session(
      RecordOptions options, List<String> events, Path scratch, CountDownLatch done)
      throws IOException {
    Snapshot machine = Snapshot.readAvailable(proc, false);
    try (Workload workload = new Workload(options.command(), done);
        TraceInstance instance = TraceInstance.make(traceFs, options.ringKib())) {
      Rings rings = Rings.watch(instance, options.ringKib(), scratch);
      try {
        instance.enable(events);
        Capture before = Capture.before(proc, machine);
        progress.accept("recording " + String.join(" ", options.command()));
        double start = Capture.now();
        int exitCode = workload.run();
        double end = Capture.now();
        Capture after = Capture.after(proc, machine);
        instance.stop();
        progress.accept("reading the events");
        List<Path> texts = rings.finish();
        return new Session(before, after, start, end, exitCode, texts, rings.lost());
      } finally {
        try {
          instance.stop();
        } finally {
          rings.stop();
        }
      }
    }
  }

  private RecordResult write(
      RecordOptions options, List<String> events, Session session, Path scratch)
      throws IOException {
    progress.accept("writing " + options.out());
    session.before().write(options.out().resolve("before"));
    session.after().write(options.out().resolve("after"));
    EventFiles.Written written =
        EventFiles.write(session.texts(), options.out(), scratch, options.compact());
    notes.addAll(written.notes());
    notes.addAll(session.before().missing());
    double seconds = session.end() - session.start();
    RecordResult result =
        new RecordResult(session.exitCode(), seconds, written.counts(), session.lost(), notes);
    RecordedMeta meta = new RecordedMeta(options, events, result, proc);
    meta.write(
        options.out().resolve("meta.json"),
        session.before().begin().orElse(session.start()),
        session.after().end().orElse(session.end()));
    return result;
  }

  private static void remove(Path tree) {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
