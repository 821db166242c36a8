package dev.quarry.cli.lang;

/**
 * A token: its kind, its text without quotes, where it stands, and whether it touches the token
 * before it (as in {@code order=3}).
 */
record Token(Kind kind, String text, Position position, boolean glued) {
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
