package dev.quarry.cli.lang;

import dev.quarry.machine.Nearest;
import dev.quarry.machine.Sizes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs statements: replaces names by values, calls commands, checks expectations. */
public final class Interpreter {
  /** The most rounds of one loop, and commands of one script. */
  public static final long MOST_ROUNDS = 10_000_000;

  private final Registry registry;
  private final Session session;
  private long rounds;

  /** Runs commands of a registry in a session. */
  public Interpreter(Registry registry, Session session) {
    this.registry = registry;
    this.session = session;
  }

  /**
   * Runs a script or a line of one.
   *
   * @param echo print each command before its output, as a shell shows it
   * @throws ScriptException at the first mistake, or expectation that does not hold
   */
  public void run(String script, boolean echo) {
    List<Statement> statements = Parser.parse(script);
    String[] lines = script.split("\n", -1);
    int echoed = 0;
    for (Statement statement : statements) {
      if (session.isOver()) {
        return;
      }
      int line = statement.position().line();
      if (echo && line > echoed) {
        session.out().println("quarry> " + lines[line - 1].strip());
        echoed = line;
      }
      run(statement, Map.of(), true);
    }
  }

  private Value run(Statement statement, Map<String, String> variables, boolean shows) {
    if (session.takeInterrupt()) {
      throw ScriptException.mistake(statement.position(), "interrupted");
    }
    return switch (statement) {
      case Statement.Call call -> show(call(call, variables), shows, "");
      case Statement.Assign assign -> assign(assign, variables, shows);
      case Statement.Repeat repeat -> repeat(repeat, variables);
      case Statement.For loop -> forIn(loop, variables);
      case Statement.ExpectFails expect -> expectFails(expect, variables);
      case Statement.ExpectCompare expect -> compare(expect, variables);
    };
  }

  private Value show(Value value, boolean shows, String name) {
    if (shows && !value.show().isEmpty()) {
      session.out().println(name.isEmpty() ? value.show() : name + " = " + value.show());
    }
    return value;
  }

  private Value assign(Statement.Assign assign, Map<String, String> variables, boolean shows) {
    String name = substitute(assign.name(), variables);
    if (!name.matches("[A-Za-z_][A-Za-z_0-9]*(\\[[0-9]+\\])?")) {
      throw ScriptException.mistake(
          assign.position(), "\"" + name + "\" is not a name such as p or p[3]");
    }
    Value value = call(assign.call(), variables);
    define(name, value, assign.position());
    return show(value, shows, name);
  }

  private void define(String name, Value value, Position position) {
    try {
      session.define(name, value);
    } catch (IllegalArgumentException e) {
      throw ScriptException.mistake(position, String.valueOf(e.getMessage()));
    }
  }

  private Value repeat(Statement.Repeat repeat, Map<String, String> variables) {
    long count = number(repeat.count(), variables);
    for (long i = 0; i < count; i++) {
      body(repeat.body(), variables, repeat.position());
    }
    return Value.NOTHING;
  }

  private Value forIn(Statement.For loop, Map<String, String> variables) {
    String text = substitute(loop.range().text(), variables);
    String[] ends = text.split("\\.\\.", -1);
    if (ends.length != 2 || !ends[0].matches("\\d{1,9}") || !ends[1].matches("\\d{1,9}")) {
      throw ScriptException.mistake(
          loop.range().position(), "\"" + text + "\" is not a range such as 0..9");
    }
    for (int i = Integer.parseInt(ends[0]); i <= Integer.parseInt(ends[1]); i++) {
      Map<String, String> inner = new LinkedHashMap<>(variables);
      inner.put(loop.variable(), Integer.toString(i));
      body(loop.body(), inner, loop.position());
    }
    return Value.NOTHING;
  }

  private void body(List<Statement> body, Map<String, String> variables, Position position) {
    if (++rounds > MOST_ROUNDS) {
      throw ScriptException.mistake(position, "more than " + MOST_ROUNDS + " rounds of loops");
    }
    for (Statement statement : body) {
      run(statement, variables, false);
    }
  }

  private Value expectFails(Statement.ExpectFails expect, Map<String, String> variables) {
    Value value = run(expect.statement(), variables, true);
    if (!(value instanceof Value.Failure)) {
      throw ScriptException.unmet(expect.position(), "expected a failure, got " + value.show());
    }
    return value;
  }

  private Value compare(Statement.ExpectCompare expect, Map<String, String> variables) {
    Value left = value(expect.left(), variables);
    Value right = value(expect.right(), variables);
    if (!Comparison.holds(left, expect.operator(), right)) {
      throw ScriptException.unmet(
          expect.position(),
          "expected "
              + expect.left().text()
              + " "
              + expect.operator()
              + " "
              + expect.right().text()
              + ", but it is "
              + left.show());
    }
    return Value.NOTHING;
  }

  private Value call(Statement.Call call, Map<String, String> variables) {
    Command command = registry.get(call.command(), call.position());
    List<Call.Argument> words = new ArrayList<>();
    for (Statement.Argument word : call.words()) {
      words.add(argument(word, variables));
    }
    Map<String, Call.Argument> options = new LinkedHashMap<>();
    for (Map.Entry<String, Statement.Argument> option : call.options().entrySet()) {
      if (!command.options().contains(option.getKey()) && !command.options().contains("KEY")) {
        throw ScriptException.mistake(
            option.getValue().position(),
            command.name()
                + " has no option "
                + option.getKey()
                + "="
                + (command.options().isEmpty()
                    ? ""
                    : "; did you mean " + Nearest.to(option.getKey(), command.options()) + "=?"));
      }
      options.put(option.getKey(), argument(option.getValue(), variables));
    }
    try {
      return command.run(new Call(call.command(), words, options), session);
    } catch (ScriptException e) {
      throw e;
    } catch (IllegalArgumentException | IndexOutOfBoundsException | IllegalStateException e) {
      throw ScriptException.mistake(call.position(), String.valueOf(e.getMessage()));
    }
  }

  private Call.Argument argument(Statement.Argument word, Map<String, String> variables) {
    String text = word.quoted() ? word.text() : substitute(word.text(), variables);
    return new Call.Argument(text, word.quoted() ? new Value.Text(text) : value(word, variables));
  }

  private long number(Statement.Argument argument, Map<String, String> variables) {
    Value value = value(argument, variables);
    if (value instanceof Value.Number(long number) && number >= 0 && number <= MOST_ROUNDS) {
      return number;
    }
    throw ScriptException.mistake(
        argument.position(), "\"" + value.show() + "\" is not a count from 0 to " + MOST_ROUNDS);
  }

  /** What a word stands for: a name's value, a part of it, a number, or itself. */
  private Value value(Statement.Argument argument, Map<String, String> variables) {
    String text = substitute(argument.text(), variables);
    Value named = argument.quoted() ? null : session.name(text);
    if (named != null) {
      return named;
    }
    int dot = text.lastIndexOf('.');
    Value whole = dot <= 0 || argument.quoted() ? null : session.name(text.substring(0, dot));
    if (whole != null) {
      String field = text.substring(dot + 1);
      return whole
          .field(field)
          .orElseThrow(() ->
              ScriptException.mistake(
                  argument.position(),
                  text.substring(0, dot)
                      + " is "
                      + whole.show()
                      + " and has no part \""
                      + field
                      + "\""));
    }
    boolean numeric = !argument.quoted() && text.matches("\\d[0-9A-Za-z.]*");
    if (numeric) {
      try {
        return new Value.Number(Sizes.parse(text));
      } catch (IllegalArgumentException e) {
        return new Value.Text(text);
      }
    }
    return new Value.Text(text);
  }

  private static String substitute(String text, Map<String, String> variables) {
    String result = text;
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      result = result.replace("$" + variable.getKey(), variable.getValue());
    }
    return result;
  }
}
