package dev.quarry.cli;

import dev.quarry.cli.commands.AllCommands;
import dev.quarry.cli.shell.Shell;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quarry shell}: the language, typed. */
@Command(
    name = "shell",
    description = "Boots machines and works on them, command by command.",
    footer = {
      "%nExample:",
      "  $ quarry shell",
      "  quarry> boot course",
      "  quarry> p = alloc_pages GFP_KERNEL order=8",
      "  quarry> draw buddy zone=Normal",
      "%nTab completes, the arrow keys walk through what was typed before, Ctrl-C",
      "stops a command, Ctrl-D ends. \"help\" lists the commands. Input that is not",
      "a terminal is run as typed; the first mistake does not end it, but the exit",
      "code tells."
    })
final class ShellCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Shell.Outcome outcome =
        Shell.run(AllCommands.registry(), spec.commandLine().getOut(), Colours.wanted());
    return switch (outcome) {
      case ALL_WELL -> ExitCode.OK;
      case UNMET -> ExitCode.NO;
      case MISTAKE -> ExitCode.BAD_INPUT;
    };
  }
}
