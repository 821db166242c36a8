package dev.quarry.cli;

import dev.quarry.cli.commands.AllCommands;
import dev.quarry.cli.lang.Budget;
import dev.quarry.cli.lang.Caret;
import dev.quarry.cli.lang.Interpreter;
import dev.quarry.cli.lang.ScriptException;
import dev.quarry.cli.lang.Session;
import dev.quarry.machine.SpecException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quarry run}: runs a script of the shell's language. */
@Command(
    name = "run",
    description = "Runs a script of the shell's commands.",
    footer = {
      "%nExamples:",
      "  quarry run examples/buddy.quarry",
      "  quarry run --echo my.quarry",
      "  echo 'boot laptop; cat /proc/buddyinfo' | quarry run -",
      "%nEnds with 1 when an \"expect\" of the script does not hold, and with 2 when",
      "the script is wrong. \"help\" in quarry shell explains the language."
    })
final class RunCommand implements Callable<Integer> {
  private static final int MOST_BYTES = 16 << 20;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The script; - for the standard input.")
  private Path file;

  @Option(names = "--echo", description = "Print the script's lines between their results.")
  private boolean echo;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "" + Budget.DEFAULT_STEPS,
      description = "How much the script may do (default: ${DEFAULT-VALUE}).")
  private long steps;

  @Override
  public Integer call() throws IOException {
    String source = file.toString().equals("-") ? "stdin" : String.valueOf(file.getFileName());
    if (steps < 1) {
      throw new ParameterException(spec.commandLine(), "--steps " + steps + " is not above 0");
    }
    String script = read(source);
    try (Session session = AllCommands.session(spec.commandLine().getOut())) {
      session.budget(new Budget(steps));
      session.echo(echo);
      new Interpreter(AllCommands.registry(), session).run(script, 1);
      return ExitCode.OK;
    } catch (ScriptException e) {
      spec.commandLine().getOut().flush();
      spec.commandLine().getErr().println(new Caret(source, script, 1).render(e));
      return e.isExpectation() ? ExitCode.NO : ExitCode.BAD_INPUT;
    }
  }

  private String read(String source) throws IOException {
    byte[] bytes = source.equals("stdin") ? System.in.readNBytes(MOST_BYTES + 1) : readFile();
    if (bytes.length > MOST_BYTES) {
      throw new SpecException(source + " is larger than " + MOST_BYTES + " bytes");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new SpecException(source + " is not UTF-8 text");
    }
  }

  private byte[] readFile() throws IOException {
    if (Files.isDirectory(file)) {
      throw new SpecException("\"" + file + "\" is a folder, not a script");
    }
    try (var in = Files.newInputStream(file)) {
      return in.readNBytes(MOST_BYTES + 1);
    }
  }
}
