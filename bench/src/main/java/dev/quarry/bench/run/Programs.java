package dev.quarry.bench.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs programs to their ends. */
public final class Programs {
  private Programs() {}

  /**
   * Runs a program.
   *
   * @param environment what is added to the environment
   * @return the lines that it wrote to standard output
   * @throws IOException if it cannot be run or does not end with 0
   */
  public static List<String> lines(List<String> command, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      int code = process.waitFor();
      if (code != 0) {
        throw new IOException(String.join(" ", command) + " ended with " + code);
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return text.lines().toList();
  }

  /**
   * Runs a class of this jar in a fresh JVM.
   *
   * @return the lines that it wrote to standard output
   * @throws IOException if it fails
   */
  public static List<String> fresh(Class<?> main, List<String> jvmArgs, String... args)
      throws IOException {
    String classPath = System.getProperty("java.class.path");
    List<String> command = new ArrayList<>(List.of(java(), "-cp", classPath));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(jvmArgs);
    command.add(main.getName());
    command.addAll(List.of(args));
    return lines(command, Map.of());
  }

  /** Lines as numbers, as programs that measure print them. */
  public static double[] numbers(List<String> lines) {
    return lines.stream().mapToDouble(Double::parseDouble).toArray();
  }

  /** The java that runs now. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
