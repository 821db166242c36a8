package dev.quarry.cli;

import dev.quarry.cli.lang.Caret;
import dev.quarry.explain.Explainer;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.show.ExplainHtml;
import dev.quarry.explain.show.ExplainJson;
import dev.quarry.explain.show.ExplainText;
import dev.quarry.explain.show.Ink;
import dev.quarry.explain.show.Output;
import dev.quarry.explain.show.Summary;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.replay.html.ReportFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quarry explain}: why a logged request failed, and what would have let it pass. */
@Command(
    name = "explain",
    description = "Says why the allocation failed that a kernel log reports, and what would help.",
    footer = {
      "%nExamples:",
      "  quarry explain examples/logs/order4.log",
      "  dmesg | quarry explain",
      "  journalctl -k -o short-monotonic | quarry explain --json | jq .zones",
      "  quarry explain --html failure.html kern.log.2.gz",
      "  quarry explain --summary /var/log/fleet",
      "%nReads dmesg, syslog, journal and serial consoles, plain, .gz, .xz or .zst: page",
      "allocation failures, stalls, vmalloc failures, oom-killer reports and SysRq-M of",
      "Linux 2.6 to 6.19. A folder stands for all files in it.",
      "Exit code 1: there is no report in the input."
    })
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "LOG",
      arity = "0..*",
      description = "Logs or folders of logs; - or nothing reads standard input.")
  private List<String> logs = new ArrayList<>();

  @Option(
      names = "--json",
      description = "Print one JSON object; of several reports, the first one's members and all.")
  private boolean json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Also write a page with pictures, one file that needs no network.")
  private @Nullable Path html;

  @Option(names = "--trail", description = "Add the allocator's own steps.")
  private boolean trail;

  @Option(
      names = "--summary",
      description = "Print one table for all logs instead: causes by count.")
  private boolean summary;

  @Override
  public Integer call() throws IOException {
    if (summary && (html != null || trail)) {
      throw mistake("--summary is a table: leave out --html and --trail");
    }
    if (logs.isEmpty() && Colours.terminal()) {
      throw mistake("which LOG? Name a file, or feed one: dmesg | quarry explain");
    }
    List<String> files = LogFiles.of(logs.isEmpty() ? List.of(LogFiles.STDIN) : logs);
    return summary ? table(files) : pages(files);
  }

  private int table(List<String> files) throws IOException {
    Summary table = new Summary();
    try (Progress progress = Progress.of("explain", LogFiles.bytes(files));
        LogReports reports = new LogReports(files, this::complain, progress)) {
      explain(reports, new Explainer()::judge, table::add);
      if (reports.reports() > 0 || json) {
        out().print(json ? table.json(files.size()) : table.text(files.size(), ink()));
      }
      return code(reports);
    }
  }

  private int pages(List<String> files) throws IOException {
    try (ReportFile page = html == null ? null : ReportFile.open(html);
        LogReports reports = new LogReports(files, this::complain, _ -> {})) {
      Output output = json ? new ExplainJson(out(), trail) : new ExplainText(out(), ink(), trail);
      ExplainHtml drawn = new ExplainHtml();
      explain(
          reports,
          new Explainer()::explain,
          explanation -> {
            output.add(explanation);
            if (page != null) {
              drawn.add(explanation);
            }
          });
      output.finish();
      drawn.finish();
      if (page != null) {
        page.write(drawn.text());
      }
      return code(reports);
    }
  }

  private static void explain(
      LogReports reports, Function<MemoryReport, Explanation> how, Consumer<Explanation> sink) {
    InOrder.map(reports, how, sink);
  }

  private static int code(LogReports reports) {
    if (reports.isUnreadable()) {
      return ExitCode.BAD_INPUT;
    }
    return reports.reports() > 0 ? ExitCode.OK : ExitCode.NO;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private Ink ink() {
    boolean colours = spec.commandLine().getColorScheme().ansi().enabled();
    return colours ? Ink.COLOURS : Ink.PLAIN;
  }

  private void complain(String text) {
    out().flush();
    spec.commandLine().getErr().println("quarry: " + Caret.clean(text));
  }

  private ParameterException mistake(String text) {
    return new ParameterException(spec.commandLine(), text);
  }
}
