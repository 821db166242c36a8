package dev.quarry.cli.shell;

import dev.quarry.machine.SpecException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream into commands: a line each, or the lines of a block in braces. A command is handed
 * out as soon as its last line is there, so that a program may talk to the shell.
 */
final class PipedCommands {
  private static final int MOST_CHARACTERS = 1 << 20;

  private final BufferedReader reader;
  private int lines;

  /** A command, and the number of its first line. */
  record Command(String text, int firstLine) {}

  PipedCommands(Reader reader) {
    this.reader = new BufferedReader(reader);
  }

  /** The next command, or null at the end. */
  @Nullable Command next() throws IOException {
    int firstLine = lines + 1;
    StringBuilder text = new StringBuilder();
    int depth = 0;
    do {
      int start = text.length();
      if (!readLine(text, firstLine)) {
        break;
      }
      depth += Braces.balance(text.substring(start));
    } while (depth > 0);
    return text.isEmpty() ? null : new Command(text.substring(0, text.length() - 1), firstLine);
  }

  /** Appends a line and its end; false at the end of the stream. */
  private boolean readLine(StringBuilder text, int firstLine) throws IOException {
    int c = reader.read();
    if (c < 0) {
      return false;
    }
    lines++;
    for (; c >= 0 && c != '\n'; c = reader.read()) {
      if (text.length() == MOST_CHARACTERS) {
        throw new SpecException(
            "shell:" + firstLine + ": a command of more than " + MOST_CHARACTERS + " characters");
      }
      text.append((char) c);
    }
    text.append('\n');
    return true;
  }
}
