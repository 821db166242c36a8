package dev.quarry.replay.refs;

import dev.quarry.replay.read.Place;
import dev.quarry.replay.read.Quote;
import dev.quarry.replay.read.RecordingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The lines that were wrong, counted by what was wrong, the first of each with its place. */
public final class RefProblems {
  private static final int SHOWN_BYTES = 200;

  private final String file;
  private final boolean strict;
  private final long[] counts = new long[RefProblem.values().length];
  private final Map<RefProblem, String> first = new EnumMap<>(RefProblem.class);

  /**
   * @param strict whether the first ends the reading
   */
  RefProblems(String file, boolean strict) {
    this.file = file;
    this.strict = strict;
  }

  /** Counts a wrong line. */
  void add(RefProblem problem, long line, String text) {
    if (strict) {
      throw new RecordingException(new Place(file, line), text);
    }
    if (counts[problem.ordinal()]++ == 0) {
      first.put(problem, new Place(file, line) + ": " + text);
    }
  }

  /** Counts a line that is too long to be read. */
  void addLongLine(long line) {
    add(RefProblem.LONG_LINE, line, "the longest has " + RefLines.MAX_LINE_BYTES + " bytes");
  }

  /** Counts a wrong line and shows it. */
  void add(RefProblem problem, long line, String text, byte[] bytes, int from, int to) {
    if (!strict && counts[problem.ordinal()] > 0) {
      counts[problem.ordinal()]++;
      return;
    }
    int end = Math.min(to, from + SHOWN_BYTES);
    String shown = new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
    add(problem, line, text + ": " + Quote.of(shown));
  }

  /** How many lines had a problem. */
  public long count(RefProblem problem) {
    return counts[problem.ordinal()];
  }

  /** How many lines had one. */
  public long total() {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }

  /** One line for each kind that occurred, with its first place. */
  public List<String> report() {
    List<String> report = new ArrayList<>();
    first.forEach(
        (problem, text) -> report.add(problem.words() + ": " + count(problem) + ", first " + text));
    return report;
  }
}
