package dev.quarry.cli.lang;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a statement runs: the variables of the loops around it, and whether there is a loop, whose
 * results are too many to show.
 */
record Scope(Map<String, String> variables, boolean inLoop) {
  static final Scope TOP = new Scope(Map.of(), false);

  private static final Pattern VARIABLE = Pattern.compile("\\$([A-Za-z_][A-Za-z_0-9]*)?");

  /** The inside of a {@code repeat}. */
  Scope looped() {
    return new Scope(variables, true);
  }

  /** One round of a {@code for}. */
  Scope with(String variable, String text) {
    Map<String, String> more = new LinkedHashMap<>(variables);
    more.put(variable, text);
    return new Scope(more, true);
  }

  /** A word with its {@code $variables} replaced. */
  String substitute(Statement.Argument word) {
    return word.quoted() ? word.text() : substitute(word.text(), word.position());
  }

  String substitute(String text, Position position) {
    if (text.indexOf('$') < 0) {
      return text;
    }
    Matcher matcher = VARIABLE.matcher(text);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      String name = matcher.group(1);
      String value = name == null ? null : variables.get(name);
      if (value == null) {
        throw ScriptException.mistake(
            position, "\"" + matcher.group() + "\" is not the variable of a loop around it");
      }
      matcher.appendReplacement(out, value);
    }
    return matcher.appendTail(out).toString();
  }
}
