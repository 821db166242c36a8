package dev.quarry.replay.faults;

import dev.quarry.kernel.Machine;
import dev.quarry.replay.calls.Complaints;
import dev.quarry.replay.calls.SpaceSample;
import dev.quarry.replay.calls.Spaces;
import dev.quarry.replay.calls.StraceReader;
import dev.quarry.replay.calls.Survey;
import dev.quarry.replay.calls.TaskEvent;
import dev.quarry.replay.calls.TaskEvents;
import dev.quarry.replay.pressure.PressureLog;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.read.RecordingFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Plays recordings of processes: a folder with {@code ev.F} and {@code ev.O}, or strace's text. */
public final class ProcessReplay {
  private static final String FAULTS = "ev.F";
  private static final String OTHERS = "ev.O";
  private static final int SAMPLES = 200;
  private static final int EVENTS_PER_PROGRESS = 1 << 12;

  private ProcessReplay() {}

  /** Opens the events of a recording anew. */
  @FunctionalInterface
  private interface Source {
    TaskEvents open(Complaints complaints);
  }

  /** Whether a folder has faults of processes, and no page events. */
  public static boolean isFaultRecording(Path folder) {
    return Files.isDirectory(folder)
        && RecordingFiles.find(folder, FAULTS).isPresent()
        && RecordingFiles.find(folder, OTHERS).isPresent()
        && RecordingFiles.find(folder, "ev.K").isEmpty();
  }

  /**
   * Plays a recording of faults and calls.
   *
   * @throws RecordingException if a file is missing or, with {@code strict}, at the first wrong
   *     line
   */
  public static ProcessResult faults(Path folder, ProcessOptions options, LongConsumer progress) {
    Path faults = file(folder, FAULTS);
    Path others = file(folder, OTHERS);
    String faultName = RecordingFiles.nameOf(faults);
    String otherName = RecordingFiles.nameOf(others);
    Source source = wrong -> new FaultEvents(faults, faultName, others, otherName, wrong);
    Complaints wrong = new Complaints(options.strict());
    return play(RecordingFiles.nameOf(folder), source, wrong, true, options, progress);
  }

  private static Path file(Path folder, String name) {
    Optional<Path> file = RecordingFiles.find(folder, name);
    return file.orElseThrow(() ->
        new RecordingException(
            RecordingFiles.nameOf(folder),
            "has no " + name + "; looked for " + RecordingFiles.lookedFor(name)));
  }

  /**
   * Plays what strace wrote.
   *
   * @throws RecordingException if it is no such file or, with {@code strict}, at a wrong line
   */
  public static ProcessResult strace(Path file, ProcessOptions options, LongConsumer progress) {
    String name = RecordingFiles.nameOf(file);
    Complaints wrong = new Complaints(options.strict());
    List<TaskEvent> events = StraceReader.read(file, name, wrong);
    return play(name, _ -> new Listed(events.iterator()), wrong, false, options, progress);
  }

  private static ProcessResult play(
      String name,
      Source source,
      Complaints wrong,
      boolean faults,
      ProcessOptions options,
      LongConsumer progress) {
    Survey survey;
    try (TaskEvents events = source.open(new Complaints(options.strict()))) {
      survey = Survey.of(events);
    }
    Machine machine = Machine.boot(options.spec());
    try (TaskEvents events = source.open(wrong)) {
      machine.processes().spaces().settings().faultAroundBytes(options.faultAroundBytes());
      options.pressure().begin(machine);
      PressureLog pressure = new PressureLog(options.pressure(), machine);
      boolean swaps = options.pressure().isSet();
      Spaces spaces = new Spaces(machine, survey.shapes(), options.isCacheFull(), swaps);
      long start = System.nanoTime();
      List<SpaceSample> samples = play(events, spaces, survey, pressure, progress);
      spaces.finish();
      double seconds = (System.nanoTime() - start) / 1e9;
      return new ProcessResult(name, faults, spaces, samples, pressure, wrong, seconds);
    } catch (RuntimeException | Error e) {
      machine.close();
      throw e;
    }
  }

  private static List<SpaceSample> play(
      TaskEvents events,
      Spaces spaces,
      Survey survey,
      PressureLog pressure,
      LongConsumer progress) {
    List<SpaceSample> samples = new ArrayList<>();
    long first = survey.firstMicros();
    long length = Math.max(1, survey.lastMicros() - first);
    long played = 0;
    for (TaskEvent event = events.next(); event != null; event = events.next()) {
      while ((event.micros() - first) * SAMPLES > length * samples.size()) {
        samples.add(spaces.sample(length * samples.size() / SAMPLES));
        pressure.sample();
      }
      spaces.play(event);
      if (++played % EVENTS_PER_PROGRESS == 0 && events instanceof FaultEvents files) {
        progress.accept(files.bytesRead());
      }
    }
    samples.add(spaces.sample(length));
    pressure.sample();
    return samples;
  }

  /** Events that are in memory already. */
  private record Listed(Iterator<TaskEvent> events) implements TaskEvents {
    @Override
    public @Nullable TaskEvent next() {
      return events.hasNext() ? events.next() : null;
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
