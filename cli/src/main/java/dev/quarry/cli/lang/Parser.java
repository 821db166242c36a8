package dev.quarry.cli.lang;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads statements, by recursive descent:
 *
 * <pre>
 *   script    = { statement end }
 *   statement = "repeat" word block | "for" word "in" word block
 *             | "expect" "fails" statement | "expect" word comparison word
 *             | name "=" call | call
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

  static List<Statement> parse(String script) {
    Parser parser = new Parser(Lexer.tokens(script));
    List<Statement> statements = parser.statements(Token.Kind.END_OF_SCRIPT);
    return List.copyOf(statements);
  }

  private Token peek() {
    return tokens.get(at);
  }

  private Token take() {
    return tokens.get(at++);
  }

  private List<Statement> statements(Token.Kind end) {
    List<Statement> statements = new ArrayList<>();
    while (true) {
      Token token = peek();
      if (token.kind() == Token.Kind.END_OF_COMMAND) {
        at++;
      } else if (token.kind() == end) {
        at++;
        return statements;
      } else if (token.kind() == Token.Kind.END_OF_SCRIPT) {
        throw ScriptException.mistake(token.position(), "a \"}\" is missing");
      } else {
        statements.add(statement());
        endOfCommand();
      }
    }
  }

  private void endOfCommand() {
    Token token = peek();
    if (token.kind() != Token.Kind.END_OF_COMMAND && token.kind() != Token.Kind.CLOSE) {
      throw ScriptException.mistake(
          token.position(), "\"" + token.text() + "\" does not belong to the command before it");
    }
  }

  private Statement statement() {
    Token first = peek();
    if (first.kind() != Token.Kind.WORD) {
      throw ScriptException.mistake(
          first.position(),
          "a command or a name begins with a word, not with \"" + first.text() + "\"");
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
    String variable = argument("a name").text();
    Token in = take();
    if (!in.text().equals("in")) {
      throw ScriptException.mistake(in.position(), "for NAME in FIRST..LAST { ... }");
    }
    return new Statement.For(variable, argument("a range such as 0..9"), block(), position);
  }

  private List<Statement> block() {
    Token open = take();
    if (open.kind() != Token.Kind.OPEN) {
      throw ScriptException.mistake(open.position(), "a block begins with \"{\"");
    }
    if (++depth > DEEPEST) {
      throw ScriptException.mistake(open.position(), "blocks are nested deeper than " + DEEPEST);
    }
    List<Statement> body = statements(Token.Kind.CLOSE);
    depth--;
    return body;
  }

  private Statement expect() {
    Position position = take().position();
    if (peek().text().equals("fails")) {
      at++;
      return new Statement.ExpectFails(assignOrCall(), position);
    }
    Statement.Argument left = argument("a value");
    Token operator = take();
    if (operator.kind() != Token.Kind.COMPARISON) {
      throw ScriptException.mistake(
          operator.position(), "expect fails COMMAND, or expect VALUE == VALUE (!= < <= > >=)");
    }
    return new Statement.ExpectCompare(left, operator.text(), argument("a value"), position);
  }

  private Statement assignOrCall() {
    if (peek().kind() != Token.Kind.WORD) {
      throw ScriptException.mistake(peek().position(), "a command is missing");
    }
    if (tokens.get(at + 1).kind() == Token.Kind.EQUALS) {
      Token name = take();
      at++;
      if (peek().kind() != Token.Kind.WORD) {
        throw ScriptException.mistake(
            peek().position(), "the command whose result \"" + name.text() + "\" names is missing");
      }
      return new Statement.Assign(name.text(), call(), name.position());
    }
    return call();
  }

  private Statement.Call call() {
    Token command = take();
    List<Statement.Argument> words = new ArrayList<>();
    Map<String, Statement.Argument> options = new LinkedHashMap<>();
    while (peek().kind() == Token.Kind.WORD || peek().kind() == Token.Kind.STRING) {
      Token word = take();
      if (peek().kind() == Token.Kind.EQUALS && word.kind() == Token.Kind.WORD) {
        at++;
        if (options.put(word.text(), argument("a value for " + word.text())) != null) {
          throw ScriptException.mistake(word.position(), word.text() + "= is given twice");
        }
      } else {
        words.add(argumentOf(word));
      }
    }
    return new Statement.Call(command.text(), words, options, command.position());
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
