package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.Place;
import java.util.ArrayList;
import java.util.List;

/** Collects findings; only the first of many are kept. */
final class Findings {
  private static final int MOST = 200;

  private final List<Finding> found = new ArrayList<>();
  private long more;

  void fatal(Place place, String text) {
    add(new Finding(Finding.Severity.FATAL, place, text));
  }

  void note(Place place, String text) {
    add(new Finding(Finding.Severity.NOTE, place, text));
  }

  private void add(Finding finding) {
    if (found.size() < MOST) {
      found.add(finding);
    } else {
      more++;
    }
  }

  /** Whether another finding would be kept. */
  boolean wantsMore() {
    return found.size() < MOST;
  }

  List<Finding> toList() {
    List<Finding> all = new ArrayList<>(found);
    if (more > 0) {
      Finding last = found.getLast();
      all.add(new Finding(Finding.Severity.NOTE, last.place(), "and " + more + " more findings"));
    }
    return List.copyOf(all);
  }
}
