package dev.quarry.cli;

import dev.quarry.cli.commands.AllCommands;
import dev.quarry.cli.commands.MachineFiles;
import dev.quarry.cli.commands.ScriptMachine;
import dev.quarry.cli.lang.Budget;
import dev.quarry.cli.lang.Caret;
import dev.quarry.cli.lang.Interpreter;
import dev.quarry.cli.lang.ScriptException;
import dev.quarry.cli.lang.Session;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Processes;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.SpecException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quarry proc}: a machine's files, read by the host's own tools. */
@Command(
    name = "proc",
    description = "Runs a tool on a machine's /proc and /sys in place of the kernel's.",
    customSynopsis = {
      "quarry proc MACHINE|SCRIPT [--set KEY=VALUE]... --mount -- TOOL [ARG]...",
      "       quarry proc MACHINE|SCRIPT [--set KEY=VALUE]... --into FOLDER"
    },
    footer = {
      "%nExamples:",
      "  quarry proc laptop --mount -- free -h",
      "  quarry proc server --mount -- numastat -m",
      "  quarry proc examples/swap.quarry --mount -- vmstat -s",
      "  quarry proc examples/areas.quarry --mount -- pmap 1",
      "  quarry proc laptop --into files          then: sh files/enter slabtop -o",
      "%nThe exit code is the tool's; 69 where the host allows neither root nor user",
      "namespaces."
    })
final class ProcCommand implements Callable<Integer> {
  private static final String SCRIPT_ENDING = ".quarry";

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "MACHINE|SCRIPT",
      description = "A preset's name, a specification's file, or a script that boots a machine.")
  private String machine;

  @Parameters(index = "1..*", paramLabel = "TOOL", description = "The tool, with its arguments.")
  private List<String> tool = List.of();

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Change a setting; repeatable.")
  private List<String> settings = List.of();

  @Option(names = "--mount", description = "Run the tool where the files lie over the host's.")
  private boolean mount;

  @Option(names = "--into", paramLabel = "FOLDER", description = "Write the files there instead.")
  private @Nullable Path into;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (mount == (into != null)) {
      throw new ParameterException(spec.commandLine(), "one of --mount and --into is needed");
    }
    if (mount == tool.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          mount ? "--mount needs a tool: --mount -- free -h" : "--into runs no tool");
    }
    if (!machine.endsWith(SCRIPT_ENDING)) {
      var loaded = MachineFiles.load(machine);
      try (Machine booted = Machine.boot(MachineSpecReader.with(loaded, settings))) {
        return show(booted);
      }
    }
    if (!settings.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--set changes no machine of a script");
    }
    return script();
  }

  /** Runs a script silently, and shows the machine that it leaves. */
  private int script() throws IOException, InterruptedException {
    String text = Files.readString(Path.of(machine));
    try (Session session = AllCommands.session(new PrintWriter(PrintWriter.nullWriter()))) {
      session.budget(new Budget(Budget.DEFAULT_STEPS));
      new Interpreter(AllCommands.registry(), session).run(text, 1);
      Machine left = ScriptMachine.of(session);
      if (left == null) {
        throw new SpecException(machine + " boots no machine");
      }
      return show(left);
    } catch (ScriptException e) {
      String name = String.valueOf(Path.of(machine).getFileName());
      spec.commandLine().getErr().println(new Caret(name, text, 1).render(e));
      return e.isExpectation() ? ExitCode.NO : ExitCode.BAD_INPUT;
    }
  }

  private int show(Machine booted) throws IOException, InterruptedException {
    if (into != null) {
      write(booted, into);
      return ExitCode.OK;
    }
    Path folder = Files.createTempDirectory("quarry-proc");
    try {
      write(booted, folder);
      return run(folder);
    } finally {
      delete(folder);
    }
  }

  private static void write(Machine booted, Path folder) throws IOException {
    Processes running = booted.processesOrNull();
    List<Integer> pids =
        running == null ? List.of() : running.all().stream().map(p -> p.pid()).toList();
    booted.files().writeTree(folder, pids);
  }

  private int run(Path folder) throws IOException, InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    MountedTool mounted =
        new MountedTool(folder.resolve("enter"), spec.commandLine().getOut(), err);
    String refusal = mounted.refusal();
    if (refusal.isEmpty()) {
      return mounted.run(tool);
    }
    err.println("quarry: this host gives no mount namespace of its own to a command: " + refusal);
    err.println("It needs root or user namespaces; --into FOLDER only writes the files.");
    return ExitCode.UNAVAILABLE;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
