package dev.quarry.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command {@code quarry}: reads its arguments, runs one subcommand, ends with its exit code.
 *
 * <p>A subcommand is a class of this package that carries {@link Command} and implements {@code
 * Callable<Integer>}. It is listed in {@link Subcommands}, writes its results to {@code
 * spec.commandLine().getOut()}, returns one of the numbers in {@link ExitCode}, and lets its
 * exceptions go: {@link UserErrors} turns them into a line for the user.
 */
@Command(
    name = "quarry",
    description = "Linux's memory manager: run it, replay what a real kernel did, ask it why.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Quarry.Version.class,
    descriptionHeading = "%n",
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it went well",
      "1:it went well, and the answer is no",
      "2:the command line or the input is at fault",
      "69:the host does not allow it",
      "70:Quarry itself is at fault"
    },
    footer = {
      "%nBegin with:",
      "  quarry explain examples/logs/order4.log   says why an allocation failed",
      "  quarry replay examples/compile            plays a recorded kernel again",
      "  quarry run examples/buddy.quarry          runs a script; examples/ has more",
      "  quarry shell                              boots machines and asks them",
      "  quarry help COMMAND                       explains a command, with examples"
    })
public final class Quarry implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error.")
  private boolean stacktrace;

  private Quarry() {}

  /** Runs the command on the process's own streams and ends the process. */
  public static void main(String[] args) {
    PrintStream stdout = Stdout.open();
    System.setOut(stdout);
    PrintWriter out = new PrintWriter(stdout, false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, Colours.wanted(), args));
  }

  /**
   * Runs the command on the given streams.
   *
   * @param colours whether help and results may carry ANSI colours
   * @return the exit code
   */
  static int run(PrintWriter out, PrintWriter err, boolean colours, String... args) {
    Quarry quarry = new Quarry();
    UserErrors errors = new UserErrors(err, () -> quarry.stacktrace);
    CommandLine command =
        Subcommands.addTo(new CommandLine(quarry), args)
            .setOut(out)
            .setErr(err)
            .setColorScheme(CommandLine.Help.defaultColorScheme(colours ? Ansi.ON : Ansi.OFF))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExpandAtFiles(false) // an argument is what it is
            .setParameterExceptionHandler(errors)
            .setExecutionExceptionHandler(errors)
            .setExecutionStrategy(parsed -> runLast(parsed, errors));
    try {
      int code = command.execute(args);
      out.flush();
      return code;
    } catch (Throwable e) { // also an OutOfMemoryError: one line is better than the JVM's many
      return errors.report(e);
    }
  }

  /** Runs the subcommand; what printing the help itself throws, picocli would dump. */
  private static int runLast(ParseResult parsed, UserErrors errors) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (UncheckedIOException e) {
      return errors.report(e);
    }
  }

  /** Without a subcommand there is nothing to do but to say which ones there are. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getErr());
    throw new ParameterException(spec.commandLine(), "which COMMAND?");
  }

  /** The line of {@code --version}. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Quarry.class.getPackage().getImplementationVersion();
      return new String[] {
        "quarry "
            + (version == null ? "(not packaged)" : version)
            + " (Java "
            + Runtime.version().feature()
            + ", "
            + System.getProperty("os.name")
            + " "
            + System.getProperty("os.arch")
            + ")"
      };
    }
  }
}
