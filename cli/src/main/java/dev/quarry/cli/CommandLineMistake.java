package dev.quarry.cli;

import dev.quarry.machine.Nearest;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** A wrong command line in words; picocli counts arguments from 0, people do not. */
final class CommandLineMistake {
  private CommandLineMistake() {}

  static String message(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      return unmatched(e.getCommandLine(), unmatched.getUnmatched().getFirst());
    }
    return String.valueOf(e.getMessage());
  }

  private static String unmatched(CommandLine command, String word) {
    Set<String> commands = command.getSubcommands().keySet();
    if (word.startsWith("-")) {
      Set<String> options = command.getCommandSpec().optionsMap().keySet();
      return "there is no option \"" + word + "\"" + Nearest.hint(word, options);
    }
    return commands.isEmpty()
        ? "\"" + word + "\" is one argument too many"
        : "there is no command \"" + word + "\"" + Nearest.hint(word, commands);
  }
}
