package dev.quarry.cli;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A tool of the host that sees the files of a tree in place of the kernel's. */
final class MountedTool {
  private static final int BUFFER_CHARS = 1 << 13;

  private final Path enter;
  private final PrintWriter out;
  private final PrintWriter err;

  /**
   * @param enter the tree's script
   * @param out takes what the tool prints, where that is no terminal
   * @param err takes its complaints then
   */
  MountedTool(Path enter, PrintWriter out, PrintWriter err) {
    this.enter = enter;
    this.out = out;
    this.err = err;
  }

  /** Why the host allows no such thing; empty if it does. */
  String refusal() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command(List.of("true"))).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    return code == 0 ? "" : said.isBlank() ? "exit code " + code : said.strip();
  }

  /** Runs it; its exit code. On a terminal the tool has the terminal. */
  int run(List<String> tool) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command(tool)).redirectInput(Redirect.INHERIT);
    out.flush();
    if (System.console() != null && System.console().isTerminal()) {
      return builder.inheritIO().start().waitFor();
    }
    Process process = builder.start();
    Thread complaints = Thread.ofVirtual().start(() -> copy(process.errorReader(), err));
    copy(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8), out);
    complaints.join();
    return process.waitFor();
  }

  private List<String> command(List<String> tool) {
    return Stream.concat(Stream.of("sh", enter.toString()), tool.stream()).toList();
  }

  private static void copy(Reader from, PrintWriter to) {
    char[] buffer = new char[BUFFER_CHARS];
    try (from) {
      for (int got = from.read(buffer); got >= 0; got = from.read(buffer)) {
        to.write(buffer, 0, got);
      }
      to.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
