package dev.quarry.cli.shell;

import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/** Tells the line editor when a command is complete, and what is to be completed. */
final class CommandParser implements Parser {
  @Override
  public ParsedLine parse(String line, int cursor, ParseContext context) {
    if (context == ParseContext.ACCEPT_LINE && Braces.balance(line) > 0) {
      throw new EOFError(-1, -1, "the block is not closed");
    }
    return new TypedLine(line, cursor);
  }

  @Override
  public boolean isEscapeChar(char c) {
    return false;
  }
}
