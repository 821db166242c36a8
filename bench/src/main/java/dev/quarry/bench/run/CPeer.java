package dev.quarry.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An allocator of C: {@code allocbench} with this allocator's library loaded before all others.
 *
 * @param allocator with its version, as the library itself tells it
 * @param library the library; empty for that of the C library
 */
public record CPeer(String allocator, Path program, Optional<Path> library) {
  private static final List<String> FOLDERS =
      List.of("/usr/lib", "/usr/lib64", "/lib", "/usr/local/lib", "/opt/homebrew/lib");

  private record Known(String name, String file, String debianPackage) {}

  private static final List<Known> KNOWN =
      List.of(
          new Known("mimalloc", "libmimalloc.so.2", "libmimalloc2.0"),
          new Known("jemalloc", "libjemalloc.so.2", "libjemalloc2"));

  /**
   * The allocators that are there; which ones are not, the context is told.
   *
   * @throws IOException if the program is there and fails
   */
  public static List<CPeer> find(Context context) throws IOException {
    Optional<CProgram> built = CProgram.find(context, "allocbench", "the allocators of C are");
    if (built.isEmpty()) {
      return List.of();
    }
    Path program = built.get().path();
    List<CPeer> peers = new ArrayList<>();
    for (Known known : KNOWN) {
      Optional<Path> library = library(known.file);
      CPeer peer = new CPeer(known.name, program, library);
      String loaded = library.isEmpty() ? "" : peer.ask();
      if (loaded.startsWith(known.name)) {
        peers.add(new CPeer(loaded, program, library));
      } else {
        String hint = "(Debian: apt-get install " + known.debianPackage + ")";
        context.note(known.name + " is missing: no " + known.file + " that can be loaded " + hint);
      }
    }
    CPeer plain = new CPeer("", program, Optional.empty());
    peers.add(new CPeer(plain.ask(), program, Optional.empty()));
    return peers;
  }

  /** What tables call it. */
  public String name() {
    return allocator + " in C";
  }

  private String ask() throws IOException {
    return String.join(" ", run(List.of("allocator")));
  }

  private static Optional<Path> library(String file) throws IOException {
    for (String folder : FOLDERS) {
      Path start = Path.of(folder);
      if (!Files.isDirectory(start)) {
        continue;
      }
      try (Stream<Path> found =
          Files.find(start, 2, (path, _) -> path.getFileName().toString().equals(file))) {
        Optional<Path> first = found.sorted().findFirst();
        if (first.isPresent()) {
          return first;
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Runs a workload; see {@code allocbench.c}.
   *
   * @return the nanoseconds for one operation, for each iteration
   * @throws IOException if the program fails
   */
  public double[] nanos(
      Effort effort, String workload, int threads, long seed, int blocks, int bytes)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of(workload));
    for (long number : new long[] {threads, seed, blocks, bytes}) {
      arguments.add(String.valueOf(number));
    }
    arguments.addAll(effort.arguments());
    return Programs.numbers(run(arguments));
  }

  /**
   * Runs the program with arguments of its own.
   *
   * @return the lines that it printed
   * @throws IOException if the program fails
   */
  public List<String> run(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(arguments);
    Map<String, String> environment =
        library
            .<Map<String, String>>map(path -> Map.of("LD_PRELOAD", path.toString()))
            .orElse(Map.of());
    return Programs.lines(command, environment);
  }
}
