package dev.quarry.cli;

import dev.quarry.cli.commands.AllCommands;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quarry run}: runs a script of the shell's language. */
@Command(
    name = "run",
    description = "Runs a script of the shell's commands.",
    footer = {
      "%nExamples:",
      "  quarry run examples/scripts/buddy.quarry",
      "  echo 'boot laptop; cat /proc/buddyinfo' | quarry run -",
      "%nEnds with 1 when an \"expect\" of the script does not hold, with 2 when the script is wrong."
    })
final class RunCommand implements Callable<Integer> {
  private static final int MOST_BYTES = 16 << 20;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The script; - for the standard input.")
  private Path file;

  @Option(names = "--echo", description = "Print each command before its output.")
  private boolean echo;

  @Override
  public Integer call() throws IOException {
    String source = file.toString().equals("-") ? "stdin" : String.valueOf(file.getFileName());
    String script = read(source);
    try (Session session = new Session(spec.commandLine().getOut())) {
      new Interpreter(AllCommands.registry(), session).run(script, echo);
      return ExitCode.OK;
    } catch (ScriptException e) {
      spec.commandLine().getOut().flush();
      spec.commandLine().getErr().println(e.render(source, script));
      return e.isExpectation() ? ExitCode.NO : ExitCode.BAD_INPUT;
    }
  }

  private String read(String source) throws IOException {
    byte[] bytes = source.equals("stdin") ? System.in.readNBytes(MOST_BYTES + 1) : readFile(source);
    if (bytes.length > MOST_BYTES) {
      throw new SpecException(source + " is larger than " + MOST_BYTES + " bytes");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new SpecException(source + " is not UTF-8 text");
    }
  }

  private byte[] readFile(String source) throws IOException {
    if (Files.isDirectory(file)) {
      throw new SpecException(source + " is a folder, not a script");
    }
    try (var in = Files.newInputStream(file)) {
      return in.readNBytes(MOST_BYTES + 1);
    }
  }
}
