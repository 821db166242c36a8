package dev.quarry.cli;

import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The subcommands, in the order of the help.
 *
 * <p>Reading all annotations of a subcommand takes some milliseconds. Those that the arguments do
 * not name are only listed by {@code --help}: a name and a description do for them.
 */
final class Subcommands {
  private static final List<Class<?>> ALL =
      List.of(
          ExplainCommand.class,
          ReplayCommand.class,
          TwinCommand.class,
          RecordCommand.class,
          ConvertCommand.class,
          ShellCommand.class,
          RunCommand.class,
          MachineCommand.class,
          ProcCommand.class,
          CheckCommand.class,
          ConformCommand.class,
          HelpCommand.class);

  private Subcommands() {}

  /** Adds all subcommands; those that {@code args} name can be run. */
  static CommandLine addTo(CommandLine quarry, String... args) {
    for (Class<?> type : ALL) {
      Command command = type.getAnnotation(Command.class);
      boolean named = Arrays.asList(args).contains(command.name());
      quarry.addSubcommand(command.name(), named ? new CommandLine(type) : listed(command));
    }
    return quarry;
  }

  private static CommandSpec listed(Command command) {
    CommandSpec spec = CommandSpec.create().name(command.name());
    spec.usageMessage().header(command.header()).description(command.description());
    return spec;
  }
}
