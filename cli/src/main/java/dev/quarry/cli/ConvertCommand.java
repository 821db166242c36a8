package dev.quarry.cli;

import dev.quarry.replay.convert.Conversion;
import dev.quarry.replay.convert.Converter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quarry convert}: events from one form into another. */
@Command(
    name = "convert",
    description = "Converts a recording's events between text and the compact form, without loss.",
    footer = {
      "%nExamples:",
      "  quarry convert examples/compile /tmp/compile  a folder, its events compact",
      "  quarry convert --zstd ev.K.txt.xz ev.K.qk     a file, and smaller",
      "  quarry convert ev.K.qk ev.K.txt               and back, byte for byte",
      "  quarry convert perf-script.txt.gz ev.K.qk     what perf script printed",
      "%nThe form of IN is found by its content: ev.K or ev.S as text or compact, or the text of",
      "perf script, tracefs' trace or trace-cmd report; plain, .gz, .xz or .zst."
    })
final class ConvertCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "IN", description = "A file of events, or a recording.")
  private Path in;

  @Parameters(index = "1", paramLabel = "OUT", description = "The file or folder to write.")
  private Path out;

  @Option(
      names = "--to",
      paramLabel = "FORM",
      description = "compact or text; without it, compact from text and text from compact.")
  private Conversion.@Nullable Form to;

  @Option(names = "--zstd", description = "Pack the blocks of the compact form with zstd.")
  private boolean zstd;

  @Option(names = "--force", description = "Replace OUT if it is there.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    Conversion how = new Conversion(Optional.ofNullable(to), zstd, force);
    Converter.convert(in, out, how).forEach(this::print);
    return ExitCode.OK;
  }

  private void print(Conversion.Result result) {
    PrintWriter print = spec.commandLine().getOut();
    print.printf(
        Locale.ROOT,
        "%s to %s: %,d events in %,d lines of %,d bytes%n",
        result.from(),
        result.to().name().toLowerCase(Locale.ROOT),
        result.events(),
        result.lines(),
        result.textBytes());
    double perEvent = result.events() == 0 ? 0 : result.bytesAfter() / (double) result.events();
    print.printf(
        Locale.ROOT,
        "%,d bytes became %,d, %.2f for an event%n",
        result.bytesBefore(),
        result.bytesAfter(),
        perEvent);
    result.notes().forEach(note -> print.println("  " + note));
  }
}
