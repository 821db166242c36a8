package dev.quarry.cli;

import dev.quarry.replay.play.KernelFrames.FrameLog;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.report.FramesFile;
import dev.quarry.replay.report.ReplayJson;
import dev.quarry.replay.report.ReplayOptions;
import dev.quarry.replay.report.ReplayResult;
import dev.quarry.replay.report.ReplayText;
import dev.quarry.replay.report.VersusText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quarry replay}: plays a recorded kernel's page requests on the machine it came from. */
@Command(
    name = "replay",
    description =
        "Plays a recorded kernel's page requests again, on a machine booted from its state.",
    footer = {
      "%nExamples:",
      "  quarry replay examples/compile",
      "  quarry replay --json examples/compile | jq .zones",
      "%nA recording is a folder with ev.K.txt (or .xz, .zst) and before/; with after/ the report",
      "sets the kernel's free blocks beside the replayed ones."
    })
final class ReplayCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "RECORDING", description = "The recording's folder.")
  private Path recording;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(names = "--strict", description = "End at the first wrong line instead of counting it.")
  private boolean strict;

  @Option(names = "--check", description = "Check all invariants of the machine at the end.")
  private boolean check;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE[,...]",
      description = {
        "Change the recorded machine: ram=8G, min_free_kbytes=65536, nodes=2, percpu=off, ...",
        "What was held when the recording began is moved with it."
      })
  private String set = "";

  @Option(
      names = "--frames",
      paramLabel = "FILE",
      description = "Write the frame that was named, and the kernel's, for each allocation.")
  private @Nullable Path frames;

  @Option(
      names = "--versus",
      paramLabel = "KEY=VALUE[,...]",
      description = "Play on a second machine too, and show both side by side; \"\": as recorded.")
  private @Nullable String versus;

  @Override
  public Integer call() throws IOException {
    Recording opened = Recording.open(recording);
    List<String> settings = settings(set);
    if (versus != null) {
      return versus(opened, settings, settings(versus));
    }
    try (ReplayResult result = playAndKeepFrames(opened, settings)) {
      var out = spec.commandLine().getOut();
      out.print(json ? ReplayJson.of(result) + "\n" : ReplayText.of(result));
      if (!json) {
        spec.commandLine().getErr().printf(Locale.ROOT, "played in %.2f s%n", result.seconds());
      }
      return check ? checked(result) : ExitCode.OK;
    }
  }

  /** Settings are separated by commas; a value may have commas too. */
  private static List<String> settings(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(",(?=[a-z_]+=)"));
  }

  private int versus(Recording opened, List<String> first, List<String> second) throws IOException {
    try (ReplayResult left = play(opened, first, FrameLog.NONE);
        ReplayResult right = play(opened, second, FrameLog.NONE)) {
      var out = spec.commandLine().getOut();
      if (json) {
        out.println(ReplayJson.versus(left, right));
      } else {
        out.print(VersusText.of(name(first), left, name(second), right));
      }
      return ExitCode.OK;
    }
  }

  private static String name(List<String> settings) {
    return settings.isEmpty() ? "as recorded" : String.join(",", settings);
  }

  private ReplayResult playAndKeepFrames(Recording opened, List<String> settings)
      throws IOException {
    if (frames == null) {
      return play(opened, settings, FrameLog.NONE);
    }
    try (FramesFile file = new FramesFile(frames)) {
      ReplayResult result = play(opened, settings, file);
      file.finish();
      return result;
    }
  }

  private ReplayResult play(Recording opened, List<String> settings, FrameLog log)
      throws IOException {
    ReplayOptions options = new ReplayOptions(settings, strict, versus == null, log);
    try (Progress progress = Progress.of(opened.pageEventsFile())) {
      return ReplayResult.play(opened, options, progress);
    }
  }

  private int checked(ReplayResult result) {
    List<String> broken = result.machine().invariants();
    var err = spec.commandLine().getErr();
    err.println(broken.isEmpty() ? "all invariants hold" : "invariants broken:");
    broken.forEach(finding -> err.println("  " + finding));
    return broken.isEmpty() ? ExitCode.OK : ExitCode.NO;
  }

  /** A bar on a terminal, shown when the work is long; nothing elsewhere. */
  private static final class Progress implements LongConsumer, AutoCloseable {
    private static final long WORTH_A_BAR_BYTES = 1 << 20;
    private final @Nullable ProgressBar bar;

    private Progress(@Nullable ProgressBar bar) {
      this.bar = bar;
    }

    static Progress of(Path file) throws IOException {
      long bytes = Files.size(file);
      boolean shown = System.console() != null && bytes > WORTH_A_BAR_BYTES;
      ProgressBarBuilder builder =
          new ProgressBarBuilder().setTaskName("replay").setUnit(" MiB", 1 << 20).hideEta();
      return new Progress(shown ? builder.setInitialMax(bytes).build() : null);
    }

    @Override
    public void accept(long bytesRead) {
      if (bar != null) {
        bar.stepTo(bytesRead);
      }
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
      }
    }
  }
}
