package dev.quarry.cli;

import dev.quarry.cli.commands.MachineFiles;
import dev.quarry.replay.html.HtmlReport;
import dev.quarry.replay.html.ReportFile;
import dev.quarry.replay.play.KernelFrames.FrameLog;
import dev.quarry.replay.pressure.PressureSettings;
import dev.quarry.replay.read.RecordingMeta;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.refs.RefOptions;
import dev.quarry.replay.report.Baselines;
import dev.quarry.replay.report.FramesFile;
import dev.quarry.replay.report.ReplayJson;
import dev.quarry.replay.report.ReplayOptions;
import dev.quarry.replay.report.ReplayResult;
import dev.quarry.replay.report.ReplayText;
import dev.quarry.replay.report.TraceReplay;
import dev.quarry.replay.report.VersusText;
import dev.quarry.replay.slab.SlabResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quarry replay}: plays a recorded kernel's page requests on the machine it came from. */
@Command(
    name = "replay",
    description =
        "Plays a recorded kernel's page and slab requests again, on a machine booted from its state.",
    footer = {
      "%nExamples:",
      "  quarry replay examples/compile",
      "  quarry replay --set min_free_kbytes=131072 examples/compile",
      "  quarry replay --json examples/compile | jq .zones",
      "  quarry replay --html compile.html examples/compile",
      "  quarry replay --set ram=8G,nodes=2 --versus percpu=off examples/compile",
      "  perf script | quarry replay - --machine laptop",
      "  quarry replay examples/references/sieve.txt.xz",
      "  quarry replay --versus tlb=64/4 examples/references/sieve.txt.xz",
      "%nA recording is a folder with ev.K.txt (or .xz, .zst, or ev.K.qk) and before/.",
      "With ev.S, its slab events are played too, on a machine of their own.",
      "With after/, the report sets the kernel's free blocks beside the replayed ones.",
      "A file of references to memory, run-compressed, compact or from valgrind's lackey, is",
      "played through a process; of these, --set and --versus take tlb=usual|off|mips|64/4+1536/12,",
      "replacement=lru|tree, walkcache=off|32/4/2 and pages=4K|2M; with ram=2M,swap=8M,lru=mglru",
      "pages go to swap and come back.",
      "A file of events alone, from perf script, tracefs or trace-cmd, needs --machine",
      "or --snapshot.",
      "A folder with ev.F and ev.O is of page faults, a file may be what strace -f wrote:",
      "then processes are played, with --set fault_around_bytes=4096,page_cache=empty, ..."
    })
final class ReplayCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "RECORDING",
      description = "The recording's folder, or a file of events; - reads standard input.")
  private Path recording;

  @Option(
      names = "--machine",
      paramLabel = "MACHINE",
      description = "Play a file of events on this machine: a preset's name, or a specification.")
  private @Nullable String machine;

  @Option(
      names = "--snapshot",
      paramLabel = "FOLDER",
      description = "Play a file of events on the machine whose /proc files are in a folder.")
  private @Nullable Path snapshot;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Also write a page with pictures, one file that needs no network.")
  private @Nullable Path html;

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
      names = "--policy",
      paramLabel = "POLICY",
      description = {
        "Take user pages by a memory policy: bind:0,1, preferred:1, preferred_many:0,1,",
        "interleave:0,1, weighted:0=3,1=1 or local. The kernel's own requests have none."
      })
  private String policy = "";

  @Option(
      names = "--baselines",
      description = "Show the scores beside those of simpler models of the allocator.")
  private boolean baselines;

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

  @Option(
      names = "--mrc",
      description = {
        "Of references to memory: show how many would miss in memories of all sizes,",
        "and play nothing."
      })
  private boolean mrc;

  @Option(
      names = "--policies",
      description = {
        "Of references to memory: show the misses of both LRU policies beside those of the",
        "miss-ratio curve, Belady's optimum and plain CLOCK."
      })
  private boolean policies;

  @Option(
      names = "--window",
      paramLabel = "N",
      description = "Of references to memory: count working sets of so many.")
  private long window = RefOptions.USUAL_WINDOW;

  @Override
  public Integer call() throws IOException {
    InputKind kind = InputKind.of(recording);
    if ((mrc || policies) && kind != InputKind.REFERENCES && Files.exists(recording)) {
      throw mistake(
          (mrc ? "--mrc" : "--policies")
              + " is of references to memory, which "
              + recording
              + " has not");
    }
    if (html != null && (baselines || (versus != null && kind == InputKind.PAGES))) {
      throw mistake("--html shows one replay of page events: leave out --versus and --baselines");
    }
    if (versus != null && (frames != null || check)) {
      throw mistake("--frames and --check are for one machine, without --versus");
    }
    return switch (kind) {
      case REFERENCES -> references();
      case FAULTS, STRACE -> processes(settings(set));
      case PAGES -> {
        checkSettings();
        yield pages();
      }
    };
  }

  /** A recorded kernel holds its pages until it frees them: nothing of it can be reclaimed. */
  private void checkSettings() {
    for (String setting : settings(versus == null ? set : set + "," + versus)) {
      String key = setting.substring(0, Math.max(0, setting.indexOf('=')));
      if (PressureSettings.reclaims(key)) {
        throw mistake(
            "--set "
                + setting
                + ": "
                + key
                + "= is of recordings of processes and of references; pages of page events go when"
                + " the recorded kernel freed them");
      }
    }
  }

  private int pages() throws IOException {
    if (baselines) {
      spec.commandLine().getOut().print(Baselines.of(Recording.open(recording)));
      return ExitCode.OK;
    }
    List<String> settings = settings(set);
    if (versus != null) {
      return versus(settings, settings(versus));
    }
    try (ReportFile page = html == null ? null : ReportFile.open(html);
        ReplayResult result = playAndKeepFrames(settings)) {
      CommandLine command = spec.commandLine();
      command.getOut().print(json ? ReplayJson.of(result) + "\n" : ReplayText.of(result));
      command.getOut().flush();
      playedIn(seconds(result), command.getErr());
      if (page != null) {
        page.write(HtmlReport.of(result, meta(), changes(settings)));
      }
      return check
          ? checked(invariants(result), json ? command.getErr() : command.getOut())
          : ExitCode.OK;
    }
  }

  private int processes(List<String> settings) throws IOException {
    if (frames != null || baselines || !policy.isEmpty() || machine != null || snapshot != null) {
      throw mistake(
          recording
              + " is of processes: leave out --frames, --baselines, --policy, --machine and --snapshot");
    }
    CommandLine command = spec.commandLine();
    var replays = new ProcessReplays(recording, strict, command.getOut(), command.getErr());
    if (versus == null) {
      return replays.once(settings, json, html, check);
    }
    List<String> second = settings(versus);
    return replays.versus(name(settings), settings, name(second), second, json, html);
  }

  private int references() throws IOException {
    if (baselines || frames != null || snapshot != null || !policy.isEmpty()) {
      throw mistake("--baselines, --frames, --snapshot and --policy are not of references");
    }
    if ((mrc || policies) && (versus != null || check || !set.isEmpty())) {
      throw mistake("--mrc and --policies play nothing: leave out --set, --versus and --check");
    }
    if (policies && mrc) {
      throw mistake("--policies has the miss-ratio curve too: leave out --mrc");
    }
    CommandLine command = spec.commandLine();
    RefReplayWork work =
        new RefReplayWork(recording, machine, strict, window, command.getOut(), command.getErr());
    try (ReportFile page = html == null ? null : ReportFile.open(html)) {
      if (policies) {
        return work.policies(json, page);
      }
      if (mrc) {
        return work.curve(json, page);
      }
      return versus == null
          ? work.replay(settings(set), json, check, page)
          : work.versus(settings(set), settings(versus), json, page);
    }
  }

  private static double seconds(ReplayResult result) {
    return result.seconds() + result.slab().map(SlabResult::seconds).orElse(0.0);
  }

  private RecordingMeta meta() {
    boolean alone = machine != null || snapshot != null;
    return alone ? RecordingMeta.NONE : Recording.open(recording).meta();
  }

  /** How the machine is another one than was recorded. */
  private List<String> changes(List<String> settings) {
    Stream<String> other = machine == null ? Stream.of() : Stream.of("machine " + machine);
    return Stream.concat(other, settings.stream()).toList();
  }

  /** Settings are separated by commas; a value may have commas too. */
  private static List<String> settings(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(",(?=[a-z_]+=)"));
  }

  private int versus(List<String> first, List<String> second) throws IOException {
    try (ReplayResult left = play(first, FrameLog.NONE);
        ReplayResult right = play(second, FrameLog.NONE)) {
      PrintWriter out = spec.commandLine().getOut();
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

  private ReplayResult playAndKeepFrames(List<String> settings) throws IOException {
    if (frames == null) {
      return play(settings, FrameLog.NONE);
    }
    try (FramesFile file = new FramesFile(frames)) {
      ReplayResult result = play(settings, file);
      file.finish();
      return result;
    }
  }

  private ReplayResult play(List<String> settings, FrameLog log) throws IOException {
    boolean scores = versus == null && settings.isEmpty() && policy.isEmpty();
    boolean slab = versus == null;
    ReplayOptions options = new ReplayOptions(settings, strict, scores, log, policy, slab);
    if (machine != null || snapshot != null) {
      return playEvents(options);
    }
    Recording opened = Recording.open(recording);
    try (Progress progress = progress(opened.pageEventsFile())) {
      return ReplayResult.play(opened, options, progress);
    }
  }

  /** Plays a file of events, which brings no machine of its own. */
  private ReplayResult playEvents(ReplayOptions options) throws IOException {
    if (frames != null) {
      throw mistake("--frames needs a recording with its state before");
    }
    Path file = recording.toString().equals("-") ? Path.of("/dev/stdin") : recording;
    try (Progress progress = progress(file)) {
      if (machine == null) {
        return TraceReplay.onSnapshot(file, Objects.requireNonNull(snapshot), options, progress);
      }
      if (snapshot != null) {
        throw mistake("--machine and --snapshot exclude each other");
      }
      return TraceReplay.onMachine(file, MachineFiles.load(machine), options, progress);
    }
  }

  private static Progress progress(Path file) throws IOException {
    return Progress.of("replay", Files.isRegularFile(file) ? Files.size(file) : 0);
  }

  private ParameterException mistake(String text) {
    return new ParameterException(spec.commandLine(), text);
  }

  private static List<String> invariants(ReplayResult result) {
    List<String> broken = new ArrayList<>(result.machine().invariants());
    result.slab().ifPresent(slab -> broken.addAll(slab.invariants()));
    return broken;
  }

  /** Says how long a replay took, beside its report. */
  static void playedIn(double seconds, PrintWriter err) {
    err.printf(Locale.ROOT, "played in %.2f s%n", seconds);
  }

  /** Says which invariants are broken; the exit code of {@code --check}. */
  static int checked(List<String> broken, PrintWriter out) {
    out.println(broken.isEmpty() ? "all invariants hold" : "invariants broken:");
    broken.forEach(finding -> out.println("  " + finding));
    return broken.isEmpty() ? ExitCode.OK : ExitCode.NO;
  }
}
