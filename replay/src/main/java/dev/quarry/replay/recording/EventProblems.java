package dev.quarry.replay.recording;

import dev.quarry.replay.read.Place;
import dev.quarry.replay.read.RecordingException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The lines that were wrong, counted by what was wrong, with the first few of each in full. */
public final class EventProblems {
  /** How many of each are kept in full. */
  public static final int KEPT = 5;

  private final String file;
  private final EventPolicy policy;
  private final long[] counts = new long[EventProblem.values().length];
  private final Map<EventProblem, List<String>> first = new EnumMap<>(EventProblem.class);

  EventProblems(String file, EventPolicy policy) {
    this.file = file;
    this.policy = policy;
  }

  /** Whether {@link #add} would keep the message; when not, it need not be made. */
  boolean wantsText(EventProblem problem) {
    return policy == EventPolicy.STRICT || counts[problem.ordinal()] < KEPT;
  }

  /** Counts a problem; throws under {@link EventPolicy#STRICT}. */
  void add(EventProblem problem, long line, String text) {
    Place place = new Place(file, line);
    if (policy == EventPolicy.STRICT) {
      throw new RecordingException(place, text);
    }
    if (counts[problem.ordinal()]++ < KEPT) {
      first.computeIfAbsent(problem, _ -> new ArrayList<>()).add(place + ": " + text);
    }
  }

  /** How many lines had this problem. */
  public long count(EventProblem problem) {
    return counts[problem.ordinal()];
  }

  /** How many problems there were. */
  public long total() {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    return total;
  }

  /** How many lines were left out. */
  public long linesDropped() {
    long dropped = 0;
    for (EventProblem problem : EventProblem.values()) {
      dropped += problem.dropsLine() ? count(problem) : 0;
    }
    return dropped;
  }

  /** The first messages of one kind, each with its place; at most {@link #KEPT}. */
  public List<String> first(EventProblem problem) {
    return List.copyOf(first.getOrDefault(problem, List.of()));
  }

  /** One line for each kind that occurred, with its count and its first place; empty if none. */
  public List<String> report() {
    List<String> report = new ArrayList<>();
    for (EventProblem problem : EventProblem.values()) {
      if (count(problem) > 0) {
        String use = problem.dropsLine() ? " left out" : "";
        String lines = count(problem) == 1 ? " line" : " lines";
        report.add(
            problem.words()
                + ": "
                + count(problem)
                + lines
                + use
                + ", first "
                + first(problem).getFirst());
      }
    }
    return report;
  }
}
