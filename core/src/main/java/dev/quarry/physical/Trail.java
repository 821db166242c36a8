package dev.quarry.physical;

import java.util.ArrayList;
import java.util.List;

/**
 * What the allocator did for one request, step by step: the zones that it looked at, the terms of
 * each test, what it took, split, claimed or stole. The allocator itself writes it as it decides;
 * nothing is computed a second time.
 */
public final class Trail {
  /** A request that retries without end would fill memory; the first steps tell the story. */
  private static final int MOST_STEPS = 1_000;

  private final List<TrailStep> steps = new ArrayList<>();
  private int dropped;

  void add(TrailStep step) {
    if (steps.size() < MOST_STEPS) {
      steps.add(step);
    } else {
      dropped++;
    }
  }

  /** The steps in the order in which they happened. */
  public List<TrailStep> steps() {
    return List.copyOf(steps);
  }

  /** Steps beyond the bound, which were not kept. */
  public int dropped() {
    return dropped;
  }

  /** The steps as text, a line each. */
  public String render() {
    StringBuilder out = new StringBuilder();
    for (TrailStep step : steps) {
      out.append(step.indented()).append('\n');
    }
    if (dropped > 0) {
      out.append("… and ").append(dropped).append(" more steps\n");
    }
    return out.toString();
  }
}
