package dev.quarry.cli.lang;

import java.util.Arrays;
import java.util.List;

/** A command made of a function. */
public record SimpleCommand(
    String subject,
    String name,
    String chapter,
    String usage,
    String summary,
    String notes,
    String example,
    List<String> options,
    Action action)
    implements Command {

  /** What a command does. */
  @FunctionalInterface
  public interface Action {
    /** Runs the command; see {@link Command#run}. */
    Value run(Call call, Session session);
  }

  public SimpleCommand {
    options = List.copyOf(options);
  }

  /** A command whose options are the {@code key=} words of its usage. */
  public static SimpleCommand of(
      String chapter, String usage, String summary, String example, Action action) {
    int space = usage.indexOf(' ');
    String name = space < 0 ? usage : usage.substring(0, space);
    List<String> options =
        Arrays.stream(usage.replaceAll("[\\[\\].]", "").split(" "))
            .filter(word -> word.contains("="))
            .map(word -> word.substring(0, word.indexOf('=')))
            .toList();
    String rest = space < 0 ? "" : usage.substring(space + 1);
    return new SimpleCommand("", name, chapter, rest, summary, "", example, options, action);
  }

  /** The same command as one of something, whose name stands before it: {@code P: NAME}. */
  public SimpleCommand ofSubject(String what) {
    return new SimpleCommand(what, name, chapter, usage, summary, notes, example, options, action);
  }

  /** The same command with more to read in {@code help NAME}. */
  public SimpleCommand withNotes(String text) {
    return new SimpleCommand(
        subject, name, chapter, usage, summary, text, example, options, action);
  }

  @Override
  public Value run(Call call, Session session) {
    return action.run(call, session);
  }
}
