package dev.quarry.cli;

import dev.quarry.machine.ZoneSpec;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.replay.html.ReportFile;
import dev.quarry.replay.twin.Answer;
import dev.quarry.replay.twin.Question;
import dev.quarry.replay.twin.Twin;
import dev.quarry.replay.twin.TwinJson;
import dev.quarry.replay.twin.TwinReport;
import dev.quarry.replay.twin.TwinText;
import dev.quarry.replay.twin.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quarry twin}: would a request succeed on the machine whose files these are? */
@Command(
    name = "twin",
    description = "Boots a twin of a machine from its /proc files and asks what it could allocate.",
    footer = {
      "%nExamples:",
      "  quarry twin",
      "  quarry twin --order 4 --gfp GFP_KERNEL && echo yes",
      "  quarry twin --order 9 --gfp GFP_TRANSHUGE_LIGHT --steps examples/compile/before",
      "  quarry twin --watch=5 --html watch.html",
      "%nWithout FOLDER, the files are those of this machine; as root they tell more.",
      "Any folder with copies of zoneinfo and buddyinfo will do.",
      "With --order, the exit code is 0 for yes and 1 for no."
    })
final class TwinCommand implements Callable<Integer> {
  private static final Path LIVE = Path.of("/proc");
  private static final int NOT_ASKED = -1;
  private static final double LEAST_SECONDS = 0.01;
  private static final double MOST_SECONDS = 86_400;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "FOLDER",
      description = "A folder with copies of files of /proc; without it, /proc itself.")
  private @Nullable Path folder;

  @Option(
      names = "--order",
      paramLabel = "N",
      defaultValue = "-1",
      description = "Ask for blocks of 2^N pages; without it, for every order.")
  private int order;

  @Option(
      names = "--gfp",
      paramLabel = "FLAGS",
      defaultValue = "GFP_KERNEL",
      description = "What the request allows, in names or as a mask (default: ${DEFAULT-VALUE}).")
  private String gfp;

  @Option(
      names = "--cpu",
      paramLabel = "N",
      defaultValue = "0",
      description = "The CPU that asks (default: ${DEFAULT-VALUE}).")
  private int cpu;

  @Option(
      names = "--node",
      paramLabel = "N",
      defaultValue = "-1",
      description = "Ask near this node; without it, near the CPU's.")
  private int node;

  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "16777216",
      description = "Stop after N blocks (default: ${DEFAULT-VALUE}).")
  private long most;

  @Option(names = "--steps", description = "Show all that the allocator looked at when it failed.")
  private boolean steps;

  @Option(
      names = "--watch",
      arity = "0..1",
      paramLabel = "SECONDS",
      fallbackValue = "1",
      description = "Read the files every second, or every so many, and draw free memory.")
  private @Nullable Double watch;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "0",
      description = "End --watch after N samples; without it, Ctrl-C ends it.")
  private long count;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Also write what --watch saw as a page, one file that needs no network.")
  private @Nullable Path html;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    checkOptions();
    Path files = source();
    Twin twin = Twin.of(files);
    if (watch != null) {
      return watch(new Watch(files, twin, watch));
    }
    checkPlaces(twin);
    int near = node == NOT_ASKED ? twin.spec().cpuNodes().get(cpu) : node;
    TwinReport report =
        order == NOT_ASKED
            ? TwinReport.allOrders(twin, cpu, near, most)
            : TwinReport.of(twin, new Question(order, flags(twin), cpu, near, most));
    String text = order == NOT_ASKED ? TwinText.table(report) : TwinText.answer(report, steps);
    spec.commandLine().getOut().print(json ? TwinJson.of(report) + "\n" : text);
    Answer first = report.answers().getFirst();
    return order == NOT_ASKED || first.isYes() ? ExitCode.OK : ExitCode.NO;
  }

  private int watch(Watch watched) throws IOException {
    CommandLine command = spec.commandLine();
    TwinWatch follower = new TwinWatch(watched, command.getOut(), Colours.terminal());
    try (ReportFile page = html == null ? null : ReportFile.open(html)) {
      follower.run(count, page);
    }
    return ExitCode.OK;
  }

  private void checkOptions() {
    if (watch == null && (count != 0 || html != null)) {
      throw mistake("--count and --html belong to --watch");
    }
    if (watch != null && (json || order != NOT_ASKED)) {
      throw mistake("--watch shows free memory over time: leave out --json and --order");
    }
    if (watch != null && !(watch >= LEAST_SECONDS && watch <= MOST_SECONDS)) {
      throw mistake("--watch " + watch + " is not " + LEAST_SECONDS + " to " + MOST_SECONDS + " s");
    }
    if (count < 0) {
      throw mistake("--count " + count + " is below 0");
    }
  }

  private Path source() {
    if (folder != null) {
      return folder;
    }
    if (!Files.exists(LIVE.resolve("zoneinfo"))) {
      throw mistake(
          "there is no /proc/zoneinfo: "
              + System.getProperty("os.name")
              + " is not Linux, or /proc is not mounted; name a folder with copies of its files");
    }
    return LIVE;
  }

  private void checkPlaces(Twin twin) {
    int lastCpu = twin.spec().cpuNodes().size() - 1;
    int lastNode = twin.spec().nodes().size() - 1;
    if (cpu < 0 || cpu > lastCpu) {
      throw mistake("--cpu " + cpu + " is not one of the machine's, 0 to " + lastCpu);
    }
    if (node != NOT_ASKED && (node < 0 || node > lastNode)) {
      throw mistake("--node " + node + " is not one of the machine's, 0 to " + lastNode);
    }
    if (order != NOT_ASKED && (order < 0 || order > twin.spec().maxOrder())) {
      throw mistake(
          "--order " + order + " is not 0 to the machine's largest, " + twin.spec().maxOrder());
    }
    if (most < 1) {
      throw mistake("--most " + most + " is not above 0");
    }
  }

  private int flags(Twin twin) {
    int flags;
    try {
      flags = GfpVocabulary.of(twin.spec().release()).parse(gfp);
    } catch (IllegalArgumentException e) {
      throw mistake("--gfp: " + e.getMessage());
    }
    byte[] zones = Gfp.zoneIndexTable(twin.spec().zones().stream().map(ZoneSpec::type).toList());
    int zoneBits = flags & Gfp.ZONE_MASK;
    if (zones[zoneBits] == Gfp.BAD_ZONE) {
      throw mistake(
          "--gfp: zone bits 0x" + Integer.toHexString(zoneBits) + " contradict each other");
    }
    return flags;
  }

  private ParameterException mistake(String text) {
    return new ParameterException(spec.commandLine(), text);
  }
}
