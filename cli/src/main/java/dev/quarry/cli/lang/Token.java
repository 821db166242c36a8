package dev.quarry.cli.lang;

/** A token: its kind, its text without quotes, and where it stands. */
record Token(Kind kind, String text, Position position) {
  enum Kind {
    WORD,
    STRING,
    EQUALS,
    COMPARISON,
    OPEN,
    CLOSE,
    END_OF_COMMAND,
    END_OF_SCRIPT
  }
}
