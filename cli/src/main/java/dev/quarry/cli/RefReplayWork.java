package dev.quarry.cli;

import dev.quarry.cli.commands.MachineFiles;
import dev.quarry.machine.MachineSpec;
import dev.quarry.replay.html.RefReport;
import dev.quarry.replay.html.ReportFile;
import dev.quarry.replay.html.VersusReport;
import dev.quarry.replay.read.RecordingFiles;
import dev.quarry.replay.refs.MissRatioCurve;
import dev.quarry.replay.refs.MrcText;
import dev.quarry.replay.refs.Optimum;
import dev.quarry.replay.refs.PolicyRow;
import dev.quarry.replay.refs.PolicyTable;
import dev.quarry.replay.refs.RefJson;
import dev.quarry.replay.refs.RefOptions;
import dev.quarry.replay.refs.RefReader;
import dev.quarry.replay.refs.RefReplay;
import dev.quarry.replay.refs.RefReportText;
import dev.quarry.replay.refs.RefResult;
import dev.quarry.replay.refs.RefSettings;
import dev.quarry.replay.refs.RefVersusText;
import dev.quarry.replay.trace.EventFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code quarry replay} does with references to memory. */
final class RefReplayWork {
  /** A machine of 64-bit addresses with room for most programs. */
  private static final String USUAL_MACHINE = "laptop";

  private final Path file;
  private final String name;
  private final MachineSpec machine;
  private final boolean strict;
  private final long window;
  private final PrintWriter out;
  private final PrintWriter err;

  RefReplayWork(
      Path file,
      @Nullable String machine,
      boolean strict,
      long window,
      PrintWriter out,
      PrintWriter err)
      throws IOException {
    this.file = file;
    this.name = RecordingFiles.nameOf(file);
    this.machine = MachineFiles.load(machine == null ? USUAL_MACHINE : machine);
    this.strict = strict;
    this.window = window;
    this.out = out;
    this.err = err;
  }

  /** Whether a recording is a file of references. */
  static boolean isReferences(Path recording) {
    if (!Files.isRegularFile(recording)) {
      return false;
    }
    try (EventFile opened = EventFile.open(recording, RecordingFiles.nameOf(recording))) {
      return opened.isReferences();
    }
  }

  /** Plays them once. */
  int replay(List<String> settings, boolean json, boolean check, @Nullable ReportFile page)
      throws IOException {
    RefResult result = play(settings);
    out.print(json ? RefJson.of(result) + "\n" : RefReportText.of(result));
    out.flush();
    ReplayCommand.playedIn(result.seconds(), err);
    if (page != null) {
      page.write(RefReport.of(result));
    }
    if (check) {
      return ReplayCommand.checked(result.invariants(), json ? err : out);
    }
    return result.invariants().isEmpty() ? ExitCode.OK : ExitCode.NO;
  }

  /** Plays them with two processors. */
  int versus(List<String> first, List<String> second, boolean json, @Nullable ReportFile page)
      throws IOException {
    RefResult left = play(first);
    RefResult right = play(second);
    out.print(json ? RefJson.versus(left, right) + "\n" : RefVersusText.of(left, right));
    if (page != null) {
      page.write(VersusReport.of(name(first), left, name(second), right));
    }
    return ExitCode.OK;
  }

  private static String name(List<String> settings) {
    return settings.isEmpty() ? "usual" : String.join(",", settings);
  }

  /** Their miss-ratio curve. */
  int curve(boolean json, @Nullable ReportFile page) throws IOException {
    return read((reader, progress) -> {
      long start = System.nanoTime();
      MissRatioCurve curve = RefReplay.distances(reader, progress).curve();
      double seconds = (System.nanoTime() - start) / 1e9;
      out.print(
          json
              ? RefJson.of(name, curve, reader.problems()) + "\n"
              : MrcText.of(name, curve, reader.problems()));
      out.flush();
      ReplayCommand.playedIn(seconds, err);
      if (page != null) {
        page.write(RefReport.of(name, curve, reader.problems()));
      }
      return ExitCode.OK;
    });
  }

  /** Both LRU policies beside the miss-ratio curve, the optimum and CLOCK. */
  int policies(boolean json, @Nullable ReportFile page) throws IOException {
    return read((reader, progress) -> {
      Optimum trace = new Optimum();
      MissRatioCurve curve = RefReplay.touches(reader, trace, progress).curve();
      List<PolicyRow> rows = PolicyRow.all(trace, curve);
      out.print(
          json
              ? RefJson.of(name, curve, rows, reader.problems()) + "\n"
              : PolicyTable.of(name, trace, rows));
      if (page != null) {
        page.write(RefReport.of(name, curve, rows, reader.problems()));
      }
      return ExitCode.OK;
    });
  }

  private RefResult play(List<String> settings) throws IOException {
    RefOptions options = new RefOptions(machine, RefSettings.of(settings), window, strict);
    return read((reader, progress) -> RefReplay.play(reader, name, options, progress));
  }

  /** What is made of all references. */
  @FunctionalInterface
  private interface Use<T> {
    T of(RefReader reader, Progress progress) throws IOException;
  }

  private <T> T read(Use<T> use) throws IOException {
    try (EventFile opened = EventFile.open(file, name);
        RefReader reader = opened.references(strict);
        Progress progress = Progress.of("replay", Files.size(file))) {
      return use.of(reader, progress);
    }
  }
}
