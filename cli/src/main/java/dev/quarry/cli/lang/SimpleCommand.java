package dev.quarry.cli.lang;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/** A command made of a function. */
public record SimpleCommand(
    String name,
    String chapter,
    String usage,
    String summary,
    String example,
    List<String> options,
    BiFunction<Call, Session, Value> action)
    implements Command {

  public SimpleCommand {
    options = List.copyOf(options);
  }

  /** A command whose options are the {@code key=} words of its usage. */
  public static SimpleCommand of(
      String chapter,
      String usage,
      String summary,
      String example,
      BiFunction<Call, Session, Value> action) {
    int space = usage.indexOf(' ');
    String name = space < 0 ? usage : usage.substring(0, space);
    List<String> options =
        Arrays.stream(usage.replaceAll("[\\[\\]]", "").split(" "))
            .filter(word -> word.contains("="))
            .map(word -> word.substring(0, word.indexOf('=')))
            .toList();
    String rest = space < 0 ? "" : usage.substring(space + 1);
    return new SimpleCommand(name, chapter, rest, summary, example, options, action);
  }

  @Override
  public Value run(Call call, Session session) {
    return action.apply(call, session);
  }
}
