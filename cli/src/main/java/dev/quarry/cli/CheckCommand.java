package dev.quarry.cli;

import dev.quarry.cli.commands.MachineFiles;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quarry check}: random work on a machine, and its invariants again and again. */
@Command(
    name = "check",
    description = "Works on a machine at random and checks every invariant of its memory.",
    footer = {
      "%nExamples:",
      "  quarry check laptop --set ram=256M",
      "  quarry check mine.machine --steps 100000 --seed 7",
      "%nA recording is checked by: quarry replay --check RECORDING"
    })
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MACHINE", description = "A preset's name, or a specification's file.")
  private String machine;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Change a setting; repeatable.")
  private List<String> settings = List.of();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Requests and frees to make (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Another seed, other requests (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() throws IOException {
    if (steps < 1) {
      throw new ParameterException(spec.commandLine(), "--steps " + steps + " is not above 0");
    }
    MachineSpec loaded = MachineSpecReader.with(MachineFiles.load(machine), settings);
    try (Machine booted = Machine.boot(loaded)) {
      RandomWork work = new RandomWork(booted, seed);
      List<String> broken = work.run(steps);
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          Locale.ROOT,
          "%s: %,d steps with seed %d: %,d requests, %,d of them failed, %,d frees%n",
          loaded.name(),
          steps,
          seed,
          work.requests(),
          work.failed(),
          work.frees());
      out.println(
          broken.isEmpty() ? "all invariants hold" : "broken:\n  " + String.join("\n  ", broken));
      return broken.isEmpty() ? ExitCode.OK : ExitCode.NO;
    }
  }
}
