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
      "%nTab completes, arrow keys walk the history, \"help\" lists the commands, Ctrl-D ends."
    })
final class ShellCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    return new Shell(AllCommands.registry()).run(spec.commandLine().getOut())
        ? ExitCode.OK
        : ExitCode.BAD_INPUT;
  }
}
