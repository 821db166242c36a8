package dev.quarry.bench;

import dev.quarry.bench.figure.Figure;
import dev.quarry.bench.figure.Figures;
import dev.quarry.bench.report.Conditions;
import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.MarkdownTable;
import dev.quarry.bench.report.MarkedPage;
import dev.quarry.bench.report.ResultsJson;
import dev.quarry.bench.report.TextTable;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.run.Effort;
import dev.quarry.replay.read.RecordingException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code bench/run}: measures figures, prints them as tables, keeps them as JSON. */
@Command(
    name = "bench/run",
    description = "Measures Quarry beside its peers, in one run, and prints medians and ratios.",
    mixinStandardHelpOptions = true,
    version = "What was measured, the conditions say: the last lines of each run.",
    sortOptions = false,
    footer = {
      "%nFigures:",
      "  P1      an object allocated and freed, 32 B to 4 KiB",
      "  P2      10,000 mixed objects allocated, freed in random order",
      "  P3      one thread allocates, another frees",
      "  P4      a random block freed, another allocated, 4 KiB to 4 MiB",
      "  P5      memory held for memory asked for",
      "  P6      a MemorySegment allocated and freed",
      "  CHECKS  what slab_debug's checks cost P1",
      "  PAIR    a block allocated and freed",
      "  VMALLOC 1 MiB of single pages mapped and given back",
      "  V1      a page of zeros given to the first write",
      "  V2      64 KiB mapped and unmapped",
      "  V3      an area cut by mprotect, and merged again",
      "  V4      fork for each page, copies and reuse after it",
      "  V5      an address translated through a modelled TLB",
      "  RECLAIM pages reclaimed in a second",
      "  SWAP    a page to swap and back, without a disk",
      "  COMPACT blocks of order 9 that compaction wins, and its time",
      "  POLICIES misses of LRU policies beside the optimum's and CLOCK's",
      "  B1      boot of 1 TiB, and what it costs the host",
      "  B2      start of ./quarry --help",
      "  G1      cost against the number of blocks, objects, caches, areas, CPUs, nodes",
      "  R1      requests of a recording played in a second",
      "  R2      slab events of a recording played in a second",
      "  REFS    memory references of a program played in a second",
      "  T3      logs of failures: how often explain is right%n"
    })
public final class Bench implements Callable<Integer> {
  private static final DateTimeFormatter FOLDER =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FIGURE", description = "One of those below, in any case, or all.")
  private List<String> names = new ArrayList<>();

  @Option(names = "--quick", description = "Seconds instead of minutes; not for publishing.")
  private boolean quick;

  @Option(names = "--rounds", paramLabel = "N", description = "Measure everything N times in turn.")
  private @Nullable Integer rounds;

  @Option(names = "--markdown", description = "Print the tables as Markdown.")
  private boolean markdown;

  @Option(
      names = "--into",
      paramLabel = "PAGE",
      description = "Also put the tables between the marks in a page, such as docs/figures.md.")
  private @Nullable Path into;

  @Option(
      names = "--recording",
      paramLabel = "FOLDER",
      description = "The recording that R1 and R2 play; examples/compile if none is given.")
  private @Nullable Path recording;

  @Option(
      names = "--logs",
      paramLabel = "FOLDER",
      description = "The logs of T3, with labels.json; ../shared/logs if none is given.")
  private @Nullable Path logs;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Where JSON and plots go; bench/results/TIME if it is not given.")
  private @Nullable Path out;

  @Option(names = "--root", hidden = true, description = "The repository's folder.")
  private Path root = Path.of(".");

  private Bench() {}

  /** Runs the command. */
  public static void main(String[] args) {
    CommandLine command = new CommandLine(new Bench());
    command.setExecutionExceptionHandler((e, _, _) -> {
      boolean expected = e instanceof IOException || e instanceof RecordingException;
      if (!expected) {
        throw e;
      }
      command.getErr().println("bench: " + e.getMessage());
      return CommandLine.ExitCode.USAGE;
    });
    System.exit(command.execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Path played = recording == null ? root.resolve("examples/compile") : recording;
    Map<String, Figure> figures;
    try {
      Path labelled = logs == null ? root.resolve("../shared/logs") : logs;
      figures = Figures.of(names, played, labelled);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    Path results = Files.createDirectories(out == null ? defaultFolder() : out);
    PrintWriter err = spec.commandLine().getErr();
    Context context = new Context(effort(), root, results, err);
    Map<String, String> conditions = Conditions.now(root, context.effort().name());
    List<FigureResult> measured = new ArrayList<>();
    StringBuilder page = new StringBuilder();
    for (Map.Entry<String, Figure> figure : figures.entrySet()) {
      err.println(figure.getKey() + ":");
      FigureResult result = figure.getValue().measure(context);
      measured.add(result);
      page.append(MarkdownTable.of(result));
      print(markdown ? MarkdownTable.of(result) : TextTable.of(result) + "\n");
    }
    conditions.put("load after", Conditions.load());
    StringBuilder list = new StringBuilder();
    conditions.forEach((name, value) -> list.append("* ").append(name + ": " + value + "\n"));
    print(markdown ? list.toString() : list.toString().replace("* ", ""));
    Path json = results.resolve("figures.json");
    Files.writeString(json, ResultsJson.of(conditions, measured));
    err.println("wrote " + json);
    if (into != null) {
      MarkedPage.replace(into, page.append(list).toString());
      err.println("wrote " + into);
    }
    return CommandLine.ExitCode.OK;
  }

  private void print(String text) {
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(text);
    stdout.flush();
  }

  private Effort effort() {
    Effort effort = quick ? Effort.QUICK : Effort.FULL;
    if (rounds == null) {
      return effort;
    }
    if (rounds < 1) {
      throw new ParameterException(spec.commandLine(), rounds + " rounds are not at least 1");
    }
    return effort.withRounds(rounds);
  }

  private Path defaultFolder() {
    String now = FOLDER.format(ZonedDateTime.now(ZoneOffset.UTC));
    return root.resolve("bench/results").resolve(now);
  }
}
