package dev.quarry.cli.lang;

import dev.quarry.machine.Nearest;
import dev.quarry.machine.Sizes;
import org.jspecify.annotations.Nullable;

/** Says what a word stands for: a name's value, a part of one, a number, or itself. */
final class Evaluator {
  private final Session session;

  Evaluator(Session session) {
    this.session = session;
  }

  /** The value of a word of a command. */
  Value value(Statement.Argument word, Scope scope) {
    String text = scope.substitute(word);
    if (word.quoted()) {
      return new Value.Text(text);
    }
    Value known = known(text, word.position());
    return known == null ? new Value.Text(text) : known;
  }

  /** The value of a side of a comparison; a word there that looks like a name must be one. */
  Value operand(Statement.Argument word, Scope scope, boolean mayBeText) {
    String text = scope.substitute(word);
    Value known = word.quoted() ? new Value.Text(text) : known(text, word.position());
    if (known != null) {
      return known;
    }
    if (!mayBeText || text.contains(".")) {
      throw ScriptException.mistake(word.position(), unknown(text));
    }
    return new Value.Text(text);
  }

  private static String unknown(String text) {
    int dot = text.indexOf('.');
    String name = dot > 0 ? text.substring(0, dot) : text;
    String quoted = dot > 0 ? "" : "; text is written in quotes";
    return "there is no name \"" + name + "\"" + quoted;
  }

  /** What a word stands for beside itself, or null. */
  @Nullable Value known(String text, Position position) {
    Value named = session.name(text);
    if (named != null) {
      return named;
    }
    int dot = text.lastIndexOf('.');
    Value whole = dot <= 0 ? null : session.name(text.substring(0, dot));
    return whole == null || isSum(text, dot) ? number(text) : part(whole, text, dot, position);
  }

  /** Whether a part is followed by what is added to it, which the command reads itself. */
  private static boolean isSum(String text, int from) {
    return text.substring(from).matches(".*[-+*].*");
  }

  private static Value part(Value whole, String text, int dot, Position position) {
    String field = text.substring(dot + 1);
    String name = text.substring(0, dot);
    return whole.field(field).orElseThrow(() -> noPart(whole, name, field, position));
  }

  private static ScriptException noPart(Value whole, String name, String field, Position position) {
    return whole instanceof Value.Failure failure
        ? ScriptException.unmet(position, "\"" + name + "\" " + failure.show())
        : ScriptException.mistake(position, noPart(whole, name, field));
  }

  private static String noPart(Value whole, String name, String field) {
    return whole.fields().isEmpty()
        ? "\"" + name + "\" is " + whole.word() + " and has no parts"
        : "\""
            + name
            + "\" has no part \""
            + field
            + "\""
            + Nearest.hint(field, whole.fields())
            + "; it has "
            + String.join(", ", whole.fields());
  }

  private static @Nullable Value number(String text) {
    if (text.isEmpty() || text.charAt(0) < '0' || text.charAt(0) > '9') {
      return null;
    }
    try {
      return new Value.Number(Sizes.parse(text));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
