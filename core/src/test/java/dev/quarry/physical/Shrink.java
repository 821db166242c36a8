package dev.quarry.physical;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Makes a failing list shorter as long as it still fails: by chunks, from half of it to one. */
public final class Shrink {
  /** A failure must be told before everybody has gone home. */
  private static final int MOST_TRIES = 1_000;

  private Shrink() {}

  /** A list that fails; given enough tries, one of which no single element can be left out. */
  public static <T> List<T> shrink(List<T> failing, Predicate<List<T>> fails) {
    AtomicInteger tries = new AtomicInteger();
    return within(failing, steps -> tries.incrementAndGet() <= MOST_TRIES && fails.test(steps));
  }

  private static <T> List<T> within(List<T> failing, Predicate<List<T>> fails) {
    List<T> steps = failing;
    boolean shorter = true;
    while (shorter) {
      int before = steps.size();
      for (int chunk = Math.max(1, steps.size() / 2); chunk > 0; chunk /= 2) {
        steps = withoutChunks(steps, chunk, fails);
      }
      shorter = steps.size() < before;
    }
    return steps;
  }

  private static <T> List<T> withoutChunks(List<T> failing, int chunk, Predicate<List<T>> fails) {
    List<T> steps = failing;
    for (int from = 0; from < steps.size(); ) {
      List<T> fewer = new ArrayList<>(steps.subList(0, from));
      fewer.addAll(steps.subList(Math.min(steps.size(), from + chunk), steps.size()));
      if (fails.test(fewer)) {
        steps = fewer;
      } else {
        from += chunk;
      }
    }
    return steps;
  }
}
