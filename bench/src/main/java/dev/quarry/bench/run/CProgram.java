package dev.quarry.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A program of C that {@code bench/run} has built, if there is a compiler. */
public record CProgram(Path path) {
  private static final Path FOLDER = Path.of("bench", "target", "c");

  /**
   * The program of a name; where it was not built, the context is told.
   *
   * @param peersAre what is measured with it, and its verb: {@code the walker in C is}
   */
  public static Optional<CProgram> find(Context context, String name, String peersAre) {
    Path built = FOLDER.resolve(name);
    Path program = context.root().resolve(built);
    if (Files.isExecutable(program)) {
      return Optional.of(new CProgram(program));
    }
    context.note(peersAre + " missing: no C compiler built " + built);
    return Optional.empty();
  }

  /**
   * Runs it.
   *
   * @return the numbers that it printed, one a line
   * @throws IOException if it fails
   */
  public double[] numbers(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(path.toString()));
    command.addAll(arguments);
    return Programs.numbers(Programs.lines(command, Map.of()));
  }
}
