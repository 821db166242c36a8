package dev.quarry.explain.log;

import java.util.Arrays;

/** A line of a report, whole again if it was wrapped. */
final class Statement {
  private StatementKind kind;
  private String text;
  private final long line;
  private long lastLine;

  /** Where in the text the parts begin, and their lines. */
  private int[] starts = {0};

  private long[] lines;

  Statement(StatementKind kind, String text, long line) {
    this.kind = kind;
    this.text = text;
    this.line = line;
    this.lastLine = line;
    this.lines = new long[] {line};
  }

  StatementKind kind() {
    return kind;
  }

  String text() {
    return text;
  }

  /** Its first line. */
  long line() {
    return line;
  }

  long lastLine() {
    return lastLine;
  }

  /** The line that a place of the text is in. */
  long lineAt(int place) {
    if (lines.length == 1) {
      return line;
    }
    int part = Arrays.binarySearch(starts, place);
    return lines[part >= 0 ? part : -part - 2];
  }

  void append(Seam seam, String more, long moreLine) {
    text = seam == Seam.GLUE ? text + more : text + ' ' + more;
    int parts = starts.length;
    starts = Arrays.copyOf(starts, parts + 1);
    lines = Arrays.copyOf(lines, parts + 1);
    starts[parts] = text.length() - more.length();
    lines[parts] = moreLine;
    lastLine = moreLine;
  }

  /** What its first line had of it. */
  String firstPart() {
    return starts.length > 1 ? text.substring(0, starts[1]).strip() : text;
  }

  void is(StatementKind other) {
    kind = other;
  }
}
