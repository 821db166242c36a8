package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.physical.Trail;
import dev.quarry.physical.TrailStep;

/** A request that was not served: why in one line, and the decisions that led there. */
record FailedAllocation(int order, Trail trail) implements Value.Failure {
  @Override
  public String show() {
    boolean mayNotWait = false;
    String refusal = "";
    for (TrailStep step : trail.steps()) {
      switch (step) {
        // The last pass decided, and in it the zone that the request likes best.
        case TrailStep.Pass _ -> refusal = "";
        case TrailStep.Test test when !test.passed() -> refusal = firstOf(refusal, test.text());
        case TrailStep.Empty empty -> refusal = firstOf(refusal, empty.text());
        case TrailStep.Note note -> mayNotWait |= note.text().startsWith("may not wait");
        default -> {}
      }
    }
    return "failed: order "
        + order
        + (mayNotWait ? ", may not wait" : "")
        + (refusal.isEmpty() ? "" : "; " + refusal);
  }

  private static String firstOf(String one, String other) {
    return one.isEmpty() ? other : one;
  }
}
