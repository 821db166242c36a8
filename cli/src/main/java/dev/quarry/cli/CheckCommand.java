package dev.quarry.cli;

import dev.quarry.check.PressureCheck;
import dev.quarry.check.PressureJson;
import dev.quarry.check.PressureOptions;
import dev.quarry.check.PressureResult;
import dev.quarry.check.PressureText;
import dev.quarry.cli.commands.MachineFiles;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.virtual.tlb.TlbModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
      "  quarry check server --set ram=32M --pressure --steps 1000000",
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
      description =
          "Requests and frees, or steps of processes, to make (default: ${DEFAULT-VALUE}).")
  private long steps;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Another seed, other requests (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--pressure",
      description = "Processes, files and swap with less memory than they need; contents, too.")
  private boolean pressure;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "With --pressure: threads, each on a CPU (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--tlb",
      paramLabel = "MODEL",
      description = "With --pressure: CPUs have TLBs: usual, 64/4+1536/12, mips.")
  private @Nullable String tlb;

  @Option(names = "--json", description = "With --pressure: print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (steps < 1) {
      throw mistake("--steps " + steps + " is not above 0");
    }
    if (threads < 1) {
      throw mistake("--threads " + threads + " is not above 0");
    }
    if (!pressure && (threads > 1 || tlb != null || json)) {
      throw mistake("--threads, --tlb and --json are for --pressure");
    }
    MachineSpec loaded = MachineSpecReader.with(MachineFiles.load(machine), settings);
    return pressure ? underPressure(loaded) : requests(loaded);
  }

  private TlbModel tlbModel(String text) {
    try {
      return TlbModel.parse(text);
    } catch (IllegalArgumentException e) {
      throw mistake("--tlb: " + e.getMessage());
    }
  }

  private ParameterException mistake(String what) {
    return new ParameterException(spec.commandLine(), what);
  }

  private int underPressure(MachineSpec loaded) throws IOException {
    TlbModel model = tlb == null ? null : tlbModel(tlb);
    PressureResult result;
    try (Progress progress = Progress.ofSteps("check", steps)) {
      var options = new PressureOptions(steps, seed, threads, model);
      result = PressureCheck.run(loaded, options, progress);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(json ? PressureJson.of(result) + "\n" : PressureText.of(result));
    return result.isSound() ? ExitCode.OK : ExitCode.NO;
  }

  private int requests(MachineSpec loaded) {
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
