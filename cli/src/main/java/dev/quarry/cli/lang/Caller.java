package dev.quarry.cli.lang;

import dev.quarry.machine.Nearest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls commands: finds them, replaces names by values, adds the place to what they refuse. */
final class Caller {
  private final Registry registry;
  private final Session session;
  private final Evaluator evaluator;

  Caller(Registry registry, Session session, Evaluator evaluator) {
    this.registry = registry;
    this.session = session;
    this.evaluator = evaluator;
  }

  /** Runs a command; or, of a value that stands where a command could, gives the value. */
  Value callOrValue(Statement.Call call, Scope scope) {
    Value plain = call.subject() == null ? plainValue(call, scope) : null;
    return plain == null ? call(call, scope) : plain;
  }

  private @Nullable Value plainValue(Statement.Call call, Scope scope) {
    String text =
        call.quoted() ? call.command() : scope.substitute(call.command(), call.position());
    boolean alone = call.words().isEmpty() && call.options().isEmpty();
    if (!alone || registry.has(text)) {
      return null;
    }
    return call.quoted() ? new Value.Text(text) : evaluator.known(text, call.position());
  }

  /** Runs a command. */
  Value call(Statement.Call call, Scope scope) {
    Statement.Argument of = call.subject();
    Call.Argument subject = of == null ? null : argument(of, scope);
    Command command =
        subject == null
            ? registry.get(call.command(), call.position())
            : registry.getOfSubject(call.command(), call.position());
    List<Call.Argument> words = new ArrayList<>();
    for (Statement.Argument word : call.words()) {
      words.add(argument(word, scope));
    }
    Map<String, Call.Argument> options = new LinkedHashMap<>();
    for (Statement.Option option : call.options()) {
      requireOption(command, option);
      options.put(option.name(), argument(option.value(), scope));
    }
    try {
      return command.run(
          new Call(call.command(), call.position(), subject, words, options), session);
    } catch (ScriptException e) {
      throw e;
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw ScriptException.mistake(call.position(), e);
    }
  }

  private Call.Argument argument(Statement.Argument word, Scope scope) {
    return new Call.Argument(
        scope.substitute(word), word.quoted(), evaluator.value(word, scope), word.position());
  }

  private static void requireOption(Command command, Statement.Option option) {
    List<String> known = command.options();
    String name = option.name();
    if (known.contains(name) || known.contains("KEY")) {
      return;
    }
    String others =
        known.isEmpty()
            ? "; it has none"
            : Nearest.hint(name, known) + "; it has " + String.join("=, ", known) + "=";
    throw ScriptException.mistake(
        option.position(), command.name() + " has no option " + name + "=" + others);
  }
}
