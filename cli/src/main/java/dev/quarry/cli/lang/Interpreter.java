package dev.quarry.cli.lang;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs statements: replaces names by values, calls commands, checks expectations. */
public final class Interpreter {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z_0-9]*(\\[[0-9]{1,9}\\])?");
  private static final Pattern RANGE = Pattern.compile("(\\d{1,9})\\.\\.(\\d{1,9})");

  private static final int CHARACTERS_PER_STEP = 20;

  private final Session session;
  private final Evaluator evaluator;
  private final Caller caller;
  private LoopFailures failures = new LoopFailures();

  /** Runs commands of a registry in a session. */
  public Interpreter(Registry registry, Session session) {
    this.session = session;
    this.evaluator = new Evaluator(session);
    this.caller = new Caller(registry, session, evaluator);
  }

  /** What failed inside a loop, where it is not shown one by one. */
  private static final class LoopFailures {
    private long count;
    private String first = "";

    void add(Value value) {
      if (value instanceof Value.Failure) {
        first = count == 0 ? value.show().lines().findFirst().orElse("") : first;
        count++;
      }
    }
  }

  /**
   * Runs a script or a line of one.
   *
   * @param firstLine the number of its first line
   * @throws ScriptException at the first mistake, or expectation that does not hold
   */
  public void run(String script, int firstLine) {
    List<Parser.Lines> statements = Parser.parse(script, firstLine);
    Echo echo = new Echo(session, script, firstLine);
    for (Parser.Lines statement : statements) {
      if (session.isOver()) {
        return;
      }
      echo.before(statement);
      run(statement.statement(), Scope.TOP);
    }
    echo.rest();
  }

  private Value run(Statement statement, Scope scope) {
    spend(1, statement.position());
    return switch (statement) {
      case Statement.Call call ->
          shown(caller.callOrValue(call, scope), scope, "", call.position());
      case Statement.Assign assign -> assign(assign, scope);
      case Statement.Repeat repeat -> repeat(repeat, scope);
      case Statement.For loop -> forIn(loop, scope);
      case Statement.ExpectOutcome expect -> expectOutcome(expect, scope);
      case Statement.ExpectCompare expect -> compare(expect, scope);
    };
  }

  private void spend(long steps, Position position) {
    try {
      session.spend(steps);
    } catch (IllegalStateException e) {
      throw ScriptException.mistake(position, e);
    }
  }

  /** Shows a result; in a loop only what was asked for in order to see it. */
  private Value shown(Value value, Scope scope, String name, Position position) {
    if (scope.inLoop()) {
      failures.add(value);
    }
    boolean shows = !scope.inLoop() || (value instanceof Value.Text && name.isEmpty());
    String text = shows ? value.show() : "";
    if (!text.isEmpty()) {
      spend(text.length() / CHARACTERS_PER_STEP, position);
      session.out().println(name.isEmpty() ? text : name + " = " + text);
    }
    return value;
  }

  private Value assign(Statement.Assign assign, Scope scope) {
    String name = scope.substitute(assign.name(), assign.position());
    if (!NAME.matcher(name).matches()) {
      throw ScriptException.mistake(
          assign.position(), "\"" + name + "\" is not a name such as p or p[3]");
    }
    Value value = caller.callOrValue(assign.call(), scope);
    try {
      session.define(name, value);
    } catch (IllegalArgumentException e) {
      throw ScriptException.mistake(assign.position(), e);
    }
    return shown(value, scope, name, assign.position());
  }

  private Value repeat(Statement.Repeat repeat, Scope scope) {
    Value count = evaluator.value(repeat.count(), scope);
    if (!(count instanceof Value.Number(long rounds))) {
      throw ScriptException.mistake(
          repeat.count().position(), "\"" + count.word() + "\" is not how often to repeat");
    }
    LoopFailures before = beginLoop(scope);
    for (long i = 0; i < rounds && !session.isOver(); i++) {
      body(repeat.body(), scope.looped(), repeat.position());
    }
    return endLoop(scope, before);
  }

  private Value forIn(Statement.For loop, Scope scope) {
    String text = scope.substitute(loop.range());
    Matcher range = RANGE.matcher(text);
    if (!range.matches()) {
      throw ScriptException.mistake(
          loop.range().position(), "\"" + text + "\" is not a range such as 0..9");
    }
    LoopFailures before = beginLoop(scope);
    int last = Integer.parseInt(range.group(2));
    for (int i = Integer.parseInt(range.group(1)); i <= last && !session.isOver(); i++) {
      body(loop.body(), scope.with(loop.variable(), Integer.toString(i)), loop.position());
    }
    return endLoop(scope, before);
  }

  private LoopFailures beginLoop(Scope scope) {
    LoopFailures before = failures;
    failures = scope.inLoop() ? failures : new LoopFailures();
    return before;
  }

  private Value endLoop(Scope scope, LoopFailures before) {
    LoopFailures inside = failures;
    failures = before;
    if (!scope.inLoop() && inside.count > 0) {
      session.out().println("in the loop " + inside.count + " failed; first: " + inside.first);
    }
    return Value.NOTHING;
  }

  private void body(List<Statement> body, Scope scope, Position position) {
    spend(1, position);
    for (Statement statement : body) {
      if (session.isOver()) {
        return;
      }
      run(statement, scope);
    }
  }

  private Value expectOutcome(Statement.ExpectOutcome expect, Scope scope) {
    Value value = run(expect.statement(), scope);
    boolean failed = value instanceof Value.Failure;
    if (failed != expect.fails()) {
      throw ScriptException.unmet(
          expect.position(),
          (failed ? "expected it to work: " : "expected a failure, got: ") + value.show());
    }
    return value;
  }

  private Value compare(Statement.ExpectCompare expect, Scope scope) {
    Value left = evaluator.operand(expect.left(), scope, false);
    Value right = evaluator.operand(expect.right(), scope, true);
    try {
      if (!Comparison.holds(left, expect.operator(), right)) {
        throw ScriptException.unmet(expect.position(), unmet(expect, left, right, scope));
      }
    } catch (IllegalArgumentException e) {
      throw ScriptException.mistake(expect.position(), e);
    }
    return Value.NOTHING;
  }

  private static String unmet(
      Statement.ExpectCompare expect, Value left, Value right, Scope scope) {
    String written = scope.substitute(expect.right());
    String rightIs = written.equals(right.word()) ? "" : ", and " + written + " is " + right.word();
    String leftWritten = scope.substitute(expect.left());
    return "expected "
        + leftWritten
        + " "
        + expect.operator()
        + " "
        + written
        + ", but "
        + leftWritten
        + " is "
        + left.word()
        + rightIs;
  }
}
