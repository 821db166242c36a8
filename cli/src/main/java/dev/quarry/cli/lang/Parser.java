package dev.quarry.cli.lang;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads statements, by recursive descent:
 *
 * <pre>
 *   script    = { statement end }
 *   statement = "repeat" word block | "for" word "in" word block
 *             | "expect" ("fails" | "works") assign
 *             | "expect" word comparison word | assign
 *   assign    = [ subject ":" ] [ name "=" ] call | name "=" subject ":" call
 *   call      = word { word | string | key "=" (word | string) }
 *   block     = "{" script "}"
 *   end       = newline | ";"
 * </pre>
 */
final class Parser {
  private static final int DEEPEST = 32;

  private final List<Token> tokens;
  private int at;
  private int depth;

  private Parser(List<Token> tokens) {
    this.tokens = tokens;
  }

  /** A statement of the outermost level, with the lines that it was written on. */
  record Lines(Statement statement, int first, int last) {}

  /** Reads a script whose first line has the number {@code firstLine}. */
  static List<Lines> parse(String script, int firstLine) {
    Parser parser = new Parser(Lexer.tokens(script, firstLine));
    List<Lines> lines = new ArrayList<>();
    while (parser.skipToStatement()) {
      int first = parser.peek().position().line();
      Statement statement = parser.statement();
      lines.add(new Lines(statement, first, parser.tokens.get(parser.at - 1).position().line()));
      parser.endOfCommand();
    }
    return List.copyOf(lines);
  }

  /** Whether there is a statement before the end of the script. */
  private boolean skipToStatement() {
    while (peek().kind() == Token.Kind.END_OF_COMMAND) {
      at++;
    }
    return peek().kind() != Token.Kind.END_OF_SCRIPT;
  }

  private Token peek() {
    return tokens.get(at);
  }

  private Token take() {
    return tokens.get(at++);
  }

  private void endOfCommand() {
    Token token = peek();
    boolean closes = token.kind() == Token.Kind.CLOSE && depth > 0;
    if (token.kind() != Token.Kind.END_OF_COMMAND && !closes) {
      throw ScriptException.mistake(
          token.position(), "\"" + token.text() + "\" does not belong to the command before it");
    }
  }

  private Statement statement() {
    Token first = peek();
    if (first.kind() != Token.Kind.WORD) {
      String why =
          first.kind() == Token.Kind.CLOSE
              ? "\"}\" closes no block"
              : "a command or a name begins with a word, not with \"" + first.text() + "\"";
      throw ScriptException.mistake(first.position(), why);
    }
    return switch (first.text()) {
      case "repeat" -> repeat();
      case "for" -> forIn();
      case "expect" -> expect();
      default -> assignOrCall();
    };
  }

  private Statement repeat() {
    Position position = take().position();
    Statement.Argument count = argument("a count");
    return new Statement.Repeat(count, block(), position);
  }

  private Statement forIn() {
    Position position = take().position();
    Statement.Argument variable = argument("a name");
    if (!variable.text().matches("[A-Za-z_][A-Za-z_0-9]*")) {
      throw ScriptException.mistake(
          variable.position(), "\"" + variable.text() + "\" is not a variable such as i");
    }
    Token in = take();
    if (!in.text().equals("in")) {
      throw ScriptException.mistake(
          in.position(), "a loop is written: for NAME in FIRST..LAST { ... }");
    }
    return new Statement.For(variable.text(), argument("a range such as 0..9"), block(), position);
  }

  private List<Statement> block() {
    Token open = take();
    if (open.kind() != Token.Kind.OPEN) {
      throw ScriptException.mistake(open.position(), "the block of a loop begins with \"{\"");
    }
    if (++depth > DEEPEST) {
      throw ScriptException.mistake(open.position(), "blocks are nested deeper than " + DEEPEST);
    }
    List<Statement> body = new ArrayList<>();
    while (skipToStatement() && peek().kind() != Token.Kind.CLOSE) {
      body.add(statement());
      endOfCommand();
    }
    if (take().kind() != Token.Kind.CLOSE) {
      throw ScriptException.mistake(open.position(), "\"{\" has no \"}\"");
    }
    depth--;
    return body;
  }

  private Statement expect() {
    Position position = take().position();
    String outcome = peek().text();
    if (outcome.equals("fails") || outcome.equals("works")) {
      at++;
      return new Statement.ExpectOutcome(outcome.equals("fails"), assignOrCall(), position);
    }
    Statement.Argument left = argument("a value");
    Token operator = take();
    if (operator.kind() != Token.Kind.COMPARISON) {
      throw ScriptException.mistake(
          operator.position(),
          "expect is written: expect VALUE == VALUE (!= < <= > >=), expect fails COMMAND or expect"
              + " works COMMAND");
    }
    return new Statement.ExpectCompare(left, operator.text(), argument("a value"), position);
  }

  private Statement assignOrCall() {
    Statement.Argument subject = subject();
    if (peek().kind() != Token.Kind.WORD) {
      throw ScriptException.mistake(peek().position(), "a command is missing");
    }
    if (tokens.get(at + 1).kind() != Token.Kind.EQUALS) {
      return call(subject);
    }
    Token name = take();
    at++;
    if (peek().kind() != Token.Kind.WORD && peek().kind() != Token.Kind.STRING) {
      throw ScriptException.mistake(
          peek().position(), "the command whose result \"" + name.text() + "\" names is missing");
    }
    return new Statement.Assign(
        name.text(), call(subject == null ? subject() : subject), name.position());
  }

  /** The word before a colon: whose command it is. Null if there is none. */
  private Statement.@Nullable Argument subject() {
    Token token = peek();
    if (token.kind() != Token.Kind.WORD
        || !token.text().endsWith(":")
        || tokens.get(at + 1).kind() == Token.Kind.EQUALS) {
      return null;
    }
    at++;
    String name = token.text().substring(0, token.text().length() - 1);
    if (name.isEmpty() || !isWord(peek())) {
      throw ScriptException.mistake(
          token.position(), "a process's command is written: NAME: COMMAND, such as p: brk");
    }
    return new Statement.Argument(name, false, token.position());
  }

  private Statement.Call call(Statement.@Nullable Argument subject) {
    Token command = take();
    List<Statement.Argument> words = new ArrayList<>();
    List<Statement.Option> options = new ArrayList<>();
    while (isWord(peek())) {
      Token word = take();
      if (peek().kind() == Token.Kind.EQUALS && word.kind() == Token.Kind.WORD) {
        at++;
        if (options.stream().anyMatch(option -> option.name().equals(word.text()))) {
          throw ScriptException.mistake(word.position(), word.text() + "= is given twice");
        }
        Statement.Argument value = argument("a value for " + word.text() + "=");
        options.add(new Statement.Option(word.text(), value, word.position()));
      } else {
        words.add(argumentOf(word));
      }
    }
    boolean quoted = command.kind() == Token.Kind.STRING;
    return new Statement.Call(subject, command.text(), quoted, words, options, command.position());
  }

  /** A {@code >} in a command is where its text goes, a word like others. */
  private static boolean isWord(Token token) {
    return token.kind() == Token.Kind.WORD
        || token.kind() == Token.Kind.STRING
        || (token.kind() == Token.Kind.COMPARISON && token.text().equals(">"));
  }

  private Statement.Argument argument(String what) {
    Token token = peek();
    if (token.kind() != Token.Kind.WORD && token.kind() != Token.Kind.STRING) {
      throw ScriptException.mistake(token.position(), what + " is missing");
    }
    return argumentOf(take());
  }

  private static Statement.Argument argumentOf(Token token) {
    return new Statement.Argument(
        token.text(), token.kind() == Token.Kind.STRING, token.position());
  }
}
