package dev.quarry.cli.lang;

import java.util.ArrayList;
import java.util.List;

/** Cuts a script into tokens. A word ends at a blank or at one of the signs of {@code BREAKS}. */
final class Lexer {
  private static final String BREAKS = " \t\r\n;{}#\"=<>!";

  private final String script;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line;
  private int lineStart;

  private Lexer(String script, int firstLine) {
    this.script = script;
    this.line = firstLine;
  }

  /** The tokens of a script whose first line has the number {@code firstLine}. */
  static List<Token> tokens(String script, int firstLine) {
    Lexer lexer = new Lexer(script, firstLine);
    while (lexer.at < script.length()) {
      lexer.next();
    }
    lexer.add(Token.Kind.END_OF_COMMAND, "", lexer.here());
    lexer.add(Token.Kind.END_OF_SCRIPT, "", lexer.here());
    return lexer.tokens;
  }

  private Position here() {
    return new Position(line, at - lineStart + 1);
  }

  private void add(Token.Kind kind, String text, Position position) {
    tokens.add(new Token(kind, text, position));
  }

  private void next() {
    char c = script.charAt(at);
    Position position = here();
    switch (c) {
      case ' ', '\t', '\r' -> at++;
      case '\n' -> newLine(position);
      case '#' -> skipComment();
      case '"' -> string(position);
      case ';' -> single(Token.Kind.END_OF_COMMAND, position);
      case '{' -> single(Token.Kind.OPEN, position);
      case '}' -> single(Token.Kind.CLOSE, position);
      case '=', '<', '>', '!' -> comparison(c, position);
      default -> word(position);
    }
  }

  private void newLine(Position position) {
    at++;
    add(Token.Kind.END_OF_COMMAND, "", position);
    line++;
    lineStart = at;
  }

  private void skipComment() {
    while (at < script.length() && script.charAt(at) != '\n') {
      at++;
    }
  }

  private void single(Token.Kind kind, Position position) {
    String text = script.substring(at, at + 1);
    at++;
    add(kind, text, position);
  }

  private void comparison(char c, Position position) {
    boolean twoLetters = at + 1 < script.length() && script.charAt(at + 1) == '=';
    if (c == '=' && !twoLetters) {
      single(Token.Kind.EQUALS, position);
      return;
    }
    if (c == '!' && !twoLetters) {
      throw ScriptException.mistake(position, "\"!\" stands alone; did you mean \"!=\"?");
    }
    String text = script.substring(at, at + (twoLetters ? 2 : 1));
    at += text.length();
    add(Token.Kind.COMPARISON, text, position);
  }

  private void word(Position position) {
    int start = at;
    boolean colon = false;
    while (at < script.length() && (BREAKS.indexOf(script.charAt(at)) < 0 || inWord(colon))) {
      colon |= script.charAt(at) == ':';
      at++;
    }
    add(Token.Kind.WORD, script.substring(start, at), position);
  }

  /** A "=" behind a colon is part of the word, as in {@code weighted:0=3,1=1}. */
  private boolean inWord(boolean colon) {
    return colon && script.charAt(at) == '=' && !script.startsWith("==", at);
  }

  private void string(Position position) {
    StringBuilder text = new StringBuilder();
    for (at++; at < script.length() && script.charAt(at) != '\n'; at++) {
      char c = script.charAt(at);
      if (c == '"') {
        at++;
        add(Token.Kind.STRING, text.toString(), position);
        return;
      }
      boolean escape = c == '\\' && at + 1 < script.length();
      text.append(escape ? unescape(script.charAt(++at)) : c);
    }
    throw ScriptException.mistake(position, "the string has no closing quote");
  }

  private static char unescape(char c) {
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      default -> c;
    };
  }
}
