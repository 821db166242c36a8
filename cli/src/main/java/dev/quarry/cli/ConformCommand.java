package dev.quarry.cli;

import dev.quarry.conform.Conform;
import dev.quarry.conform.ConformJson;
import dev.quarry.conform.ConformOptions;
import dev.quarry.conform.ConformResult;
import dev.quarry.conform.ConformText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code quarry conform}: the same system calls in Quarry and in the kernel that is running. */
@Command(
    name = "conform",
    description = "Compares address spaces and page faults with the Linux kernel that is running.",
    footer = {
      "%nA difference is printed as the shortest script that shows it.",
      "%nExamples:",
      "  quarry conform",
      "  quarry conform --ops 1000000 --seed 7",
      "  quarry conform --ops 5000 --json"
    })
final class ConformCommand implements Callable<Integer> {
  private static final int MOST_DIFFERENCES = 10;

  @Spec private CommandSpec spec;

  @Option(
      names = "--ops",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Operations to make on both sides (default: ${DEFAULT-VALUE}).")
  private long operations;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Another seed, other operations (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    if (operations < 1) {
      throw new ParameterException(spec.commandLine(), "--ops " + operations + " is not above 0");
    }
    ConformResult result;
    try (Conform conform = new Conform();
        Progress progress = Progress.ofSteps("conform", operations)) {
      result = conform.run(new ConformOptions(operations, seed, MOST_DIFFERENCES), progress);
    }
    if (json) {
      spec.commandLine().getOut().println(ConformJson.of(result));
    } else {
      spec.commandLine().getOut().print(ConformText.of(result));
    }
    return result.isAgreed() ? ExitCode.OK : ExitCode.NO;
  }
}
