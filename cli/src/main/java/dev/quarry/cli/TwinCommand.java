package dev.quarry.cli;

import dev.quarry.physical.GfpVocabulary;
import dev.quarry.replay.twin.Answer;
import dev.quarry.replay.twin.Question;
import dev.quarry.replay.twin.Twin;
import dev.quarry.replay.twin.TwinJson;
import dev.quarry.replay.twin.TwinReport;
import dev.quarry.replay.twin.TwinText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
      "%nWithout FOLDER, the files are those of this machine; as root they tell more.",
      "Any folder with copies of zoneinfo and buddyinfo will do.",
      "With --order, the exit code is 0 for yes and 1 for no."
    })
final class TwinCommand implements Callable<Integer> {
  private static final Path LIVE = Path.of("/proc");
  private static final int NOT_ASKED = -1;

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

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    Twin twin = Twin.of(source());
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
    try {
      return GfpVocabulary.of(twin.spec().release()).parse(gfp);
    } catch (IllegalArgumentException e) {
      throw mistake("--gfp: " + e.getMessage());
    }
  }

  private ParameterException mistake(String text) {
    return new ParameterException(spec.commandLine(), text);
  }
}
