package dev.quarry.explain.remedy;

import dev.quarry.explain.verdict.Remedy;
import org.jspecify.annotations.Nullable;

/** Makes {@link Remedy}s of runs. */
final class Tried {
  private Tried() {}

  static Remedy helps(
      String knob,
      @Nullable String now,
      String smallest,
      Experiment.Run run,
      long cost,
      String risk) {
    return new Remedy(knob, now, smallest, run.zone(), cost, risk, false);
  }

  static Remedy mayHelp(
      String knob,
      @Nullable String now,
      String smallest,
      Experiment.Run run,
      long cost,
      String risk) {
    return new Remedy(knob, now, smallest, run.zone(), cost, risk, true);
  }

  static Remedy helpsNot(String knob, @Nullable String now, String why) {
    return new Remedy(knob, now, null, null, 0, why, false);
  }
}
