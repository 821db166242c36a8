package dev.quarry.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A transcript of a terminal: lines that begin with {@code $} are commands, behind {@code quarry
 * shell} also those that begin with its prompts, and the rest is what they printed.
 */
final class Transcript {
  private static final String COMMAND = "$ ";
  private static final List<String> PROMPTS = List.of("quarry> ", "     ... ");
  private static final Pattern SECONDS = Pattern.compile("played in \\d+\\.\\d\\d s");

  private final List<String> lines;
  private final String scratch;

  /**
   * Reads a transcript.
   *
   * @param scratch a folder that stands for {@code /tmp} while its commands run
   */
  Transcript(String text, Path scratch) {
    this.lines = text.lines().toList();
    this.scratch = scratch.toString();
  }

  /** Runs the commands again and returns the transcript of that. */
  String again() {
    StringBuilder out = new StringBuilder();
    int code = 0;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!line.startsWith(COMMAND)) {
        continue;
      }
      out.append(line).append('\n');
      if (line.equals("$ echo $?")) {
        out.append(code).append('\n');
        continue;
      }
      Cli.Result result = run(line.substring(COMMAND.length()), i + 1);
      code = result.code();
      out.append(withSecondsOfBefore(result.out() + result.err()).replace(scratch, "/tmp"));
    }
    return out.toString();
  }

  private Cli.Result run(String command, int from) {
    List<String> words = List.of(command.split(" +"));
    if (!words.getFirst().equals("quarry") || !command.matches("[\\w .,/=-]+")) {
      throw new AssertionError("only \"$ quarry ...\" and \"$ echo $?\" can be run: " + command);
    }
    String[] args =
        words.stream()
            .skip(1)
            .map(word -> word.startsWith("/tmp") ? scratch + word.substring(4) : word)
            .toArray(String[]::new);
    return command.equals("quarry shell") ? Cli.runWithInput(typed(from), args) : Cli.run(args);
  }

  /** What was typed behind the prompts of a shell. */
  private String typed(int from) {
    StringBuilder typed = new StringBuilder("echo on\n");
    for (String line : lines.subList(from, lines.size())) {
      if (line.startsWith(COMMAND)) {
        break;
      }
      for (String prompt : PROMPTS) {
        if (line.startsWith(prompt)) {
          typed.append(line.substring(prompt.length())).append('\n');
        }
      }
    }
    return typed.toString();
  }

  /** How long it took is the only thing that may differ. */
  private String withSecondsOfBefore(String output) {
    Matcher before = SECONDS.matcher(String.join("\n", lines));
    return before.find() ? SECONDS.matcher(output).replaceAll(before.group()) : output;
  }
}
