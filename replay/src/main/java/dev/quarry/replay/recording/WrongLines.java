package dev.quarry.replay.recording;

import dev.quarry.replay.read.Quote;
import java.nio.charset.StandardCharsets;

/**
 * Counts the wrong lines of a file of events, and leaves them. Each method returns false where the
 * line was wrong, so that it can stand in the condition that found it out.
 */
final class WrongLines {
  private final EventLines lines;
  private final EventProblems problems;

  WrongLines(EventLines lines, EventProblems problems) {
    this.lines = lines;
    this.problems = problems;
  }

  /** Counts a wrong line and leaves it. */
  boolean reject(EventProblem problem, String text) {
    long line = lines.line();
    int length = lines.leave();
    if (length > EventLines.MAX_LINE_BYTES) {
      problems.add(EventProblem.LINE_TOO_LONG, line, "the line has " + length + " bytes");
    } else if (problems.wantsText(problem)) {
      String shown = new String(lines.lastLine(), StandardCharsets.ISO_8859_1);
      problems.add(problem, line, text + ": " + Quote.of(shown));
    } else {
      problems.add(problem, line, text);
    }
    return false;
  }

  /** Whether a number is 0 to {@code max}. */
  boolean within(String what, long value, int max) {
    return (value >= 0 && value <= max) || outOfRange(what, value, max);
  }

  private boolean outOfRange(String what, long value, int max) {
    String bound = value < 0 ? " is below 0" : " is above the largest, " + max;
    return reject(EventProblem.OUT_OF_RANGE, what + " " + value + bound);
  }

  /** Counts a line that lacks a number where an event with this mark has one. */
  boolean numberMissing(String mark) {
    return lines.atEnd()
        ? reject(EventProblem.SHORT_LINE, "an event " + mark + " has more fields")
        : reject(EventProblem.NOT_A_NUMBER, "a field of an event " + mark + " is no number");
  }
}
