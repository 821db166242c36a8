package dev.quarry.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/** Runs the command {@code quarry} inside the test's own JVM. */
final class Cli {
  private Cli() {}

  /** What a run printed, and its exit code. */
  record Result(int code, String out, String err) {}

  static Result run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Quarry.run(new PrintWriter(out), new PrintWriter(err), false, args);
    return new Result(code, out.toString(), err.toString());
  }

  static synchronized Result runWithInput(String input, String... args) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      return run(args);
    } finally {
      System.setIn(before);
    }
  }

  /** Runs a script from the standard input. */
  static Result script(String script) {
    return runWithInput(script, "run", "-");
  }
}
