package dev.quarry.replay.calls;

import dev.quarry.replay.read.Place;
import dev.quarry.replay.read.RecordingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was wrong with lines: counted by kind, each with its first place. */
public final class Complaints {
  private final boolean strict;
  private final Map<String, Long> counts = new LinkedHashMap<>();
  private final Map<String, String> first = new LinkedHashMap<>();

  /** Complains at once with {@code strict}; else counts. */
  public Complaints(boolean strict) {
    this.strict = strict;
  }

  /**
   * A line is left out.
   *
   * @param kind a few words, the same for all lines that are wrong in the same way
   * @throws RecordingException if nothing wrong is allowed
   */
  public void add(String file, long line, String kind, String text) {
    Place place = new Place(file, line);
    if (strict) {
      throw new RecordingException(place, kind + ": " + text);
    }
    counts.merge(kind, 1L, Long::sum);
    first.putIfAbsent(kind, place + ": " + text);
  }

  /** How many lines were left out. */
  public long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** A line for each kind, with its count and its first place. */
  public List<String> report() {
    List<String> report = new ArrayList<>();
    counts.forEach((kind, count) -> {
      String lines = count == 1 ? " line" : " lines";
      report.add(kind + ": " + count + lines + " left out, first " + first.get(kind));
    });
    return report;
  }
}
