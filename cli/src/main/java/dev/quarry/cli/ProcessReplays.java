package dev.quarry.cli;

import dev.quarry.replay.faults.ProcessJson;
import dev.quarry.replay.faults.ProcessOptions;
import dev.quarry.replay.faults.ProcessReplay;
import dev.quarry.replay.faults.ProcessResult;
import dev.quarry.replay.faults.ProcessText;
import dev.quarry.replay.faults.ProcessVersusText;
import dev.quarry.replay.html.ProcessReport;
import dev.quarry.replay.html.ReportFile;
import dev.quarry.replay.html.VersusReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code quarry replay} of recordings of processes: faults and calls, or calls alone.
 *
 * @param out where the report goes
 * @param err where it is said how long that took
 */
record ProcessReplays(Path recording, boolean strict, PrintWriter out, PrintWriter err) {
  /** Plays once; {@code html} is the file for a page with pictures, or null. */
  int once(List<String> settings, boolean json, @Nullable Path html, boolean check)
      throws IOException {
    try (ReportFile page = html == null ? null : ReportFile.open(html);
        ProcessResult result = play(settings)) {
      out.print(json ? ProcessJson.of(result) + "\n" : ProcessText.of(result));
      out.flush();
      ReplayCommand.playedIn(result.seconds(), err);
      if (page != null) {
        page.write(ProcessReport.of(result, settings));
      }
      return check
          ? ReplayCommand.checked(result.machine().invariants(), json ? err : out)
          : ExitCode.OK;
    }
  }

  /** Plays twice, and shows both side by side. */
  int versus(
      String firstName,
      List<String> first,
      String secondName,
      List<String> second,
      boolean json,
      @Nullable Path html)
      throws IOException {
    try (ReportFile page = html == null ? null : ReportFile.open(html);
        ProcessResult left = play(first);
        ProcessResult right = play(second)) {
      out.print(
          json
              ? ProcessJson.versus(left, right) + "\n"
              : ProcessVersusText.of(firstName, left, secondName, right));
      if (page != null) {
        page.write(VersusReport.of(firstName, left, secondName, right));
      }
      return ExitCode.OK;
    }
  }

  private ProcessResult play(List<String> settings) throws IOException {
    ProcessOptions options = ProcessOptions.of(settings, strict);
    boolean folder = Files.isDirectory(recording);
    try (Progress progress = Progress.of("replay", folder ? 0 : Files.size(recording))) {
      return folder
          ? ProcessReplay.faults(recording, options, progress)
          : ProcessReplay.strace(recording, options, progress);
    }
  }
}
