package dev.quarry.bench.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/** Times a command from its start to its first line and to its end, as its caller sees it. */
public final class CommandTimer {
  private static final double NANOS_PER_MILLI = 1e6;

  private CommandTimer() {}

  /**
   * What one start took.
   *
   * @param firstLineMillis until the first line was complete
   * @param endMillis until the process had ended
   */
  public record Start(double firstLineMillis, double endMillis) {}

  /**
   * Starts a command and waits for its end.
   *
   * @throws IOException if it cannot be started, prints no line or does not end with 0
   */
  public static Start time(Path folder, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    long start = System.nanoTime();
    Process process = builder.start();
    try (InputStream out = process.getInputStream()) {
      if (!skipLine(out)) {
        throw new IOException(String.join(" ", command) + " printed no line");
      }
      long firstLine = System.nanoTime();
      out.skip(Long.MAX_VALUE);
      int code = process.waitFor();
      long end = System.nanoTime();
      if (code != 0) {
        throw new IOException(String.join(" ", command) + " ended with " + code);
      }
      return new Start((firstLine - start) / NANOS_PER_MILLI, (end - start) / NANOS_PER_MILLI);
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static boolean skipLine(InputStream out) throws IOException {
    int read = out.read();
    while (read >= 0 && read != '\n') {
      read = out.read();
    }
    return read == '\n';
  }
}
