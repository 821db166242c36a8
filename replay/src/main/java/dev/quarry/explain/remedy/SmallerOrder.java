package dev.quarry.explain.remedy;

import dev.quarry.explain.verdict.Remedy;
import dev.quarry.explain.verdict.Words;
import java.util.List;

/** A smaller order: what {@code kvmalloc()} and drivers with a fallback ask for next. */
final class SmallerOrder implements Knob {
  private static final String KNOB = "order";

  @Override
  public List<Remedy> search(Experiment experiment) {
    int asked = experiment.asked().order();
    int pageKb = experiment.plan().pageKb();
    if (asked == 0) {
      return List.of();
    }
    String now = Words.order(asked, pageKb);
    for (int order = asked - 1; order >= 0; order--) {
      Experiment.Run run = experiment.of(experiment.asked().withOrder(order));
      if (run.passed()) {
        return List.of(
            Tried.helps(
                KNOB,
                now,
                Words.order(order, pageKb),
                run,
                0,
                "the caller must do with several blocks: kvmalloc() does where addresses need not"
                    + " be contiguous for a device"));
      }
    }
    Experiment.Run one = experiment.of(experiment.asked().withOrder(0));
    return List.of(Tried.helpsNot(KNOB, now, "not even a single page: " + experiment.refusal(one)));
  }
}
