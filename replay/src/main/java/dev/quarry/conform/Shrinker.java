package dev.quarry.conform;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a sequence with a difference shorter as long as it has one of the same kind. */
final class Shrinker {
  private static final int MOST_TRIES = 1_500;

  private final Comparison comparison;
  private final Difference.What what;
  private int tries;

  private Shrinker(Comparison comparison, Difference.What what) {
    this.comparison = comparison;
    this.what = what;
  }

  /** A found sequence and what is different at its end. */
  record Found(Sequence sequence, Difference difference) {}

  /**
   * Shortens a sequence: without its limits, without what comes after, without chunks of half of it
   * down to single operations.
   *
   * @return null if the difference does not come again
   */
  static @Nullable Found shrink(Comparison comparison, Sequence sequence, Difference difference) {
    Shrinker shrinker = new Shrinker(comparison, difference.what());
    Found found = shrinker.tried(sequence);
    if (found == null) {
      return null;
    }
    Settings plain = comparison.possible(sequence.settings().withoutLimits());
    Found simpler = shrinker.tried(new Sequence(plain, found.sequence.operations()));
    return shrinker.shorter(simpler == null ? found : simpler);
  }

  private Found shorter(Found first) {
    Found found = first;
    int before;
    do {
      before = found.sequence.operations().size();
      for (int chunk = Math.max(1, before / 2); chunk > 0; chunk /= 2) {
        found = withoutChunks(found, chunk);
      }
    } while (found.sequence.operations().size() < before && tries < MOST_TRIES);
    return found;
  }

  private Found withoutChunks(Found first, int chunk) {
    Found found = first;
    int from = 0;
    while (from < found.sequence.operations().size() && tries < MOST_TRIES) {
      List<Op> all = found.sequence.operations();
      List<Op> fewer = new ArrayList<>(all.subList(0, from));
      fewer.addAll(all.subList(Math.min(all.size(), from + chunk), all.size()));
      Found shorter = tried(found.sequence.with(fewer).possible());
      if (shorter != null && shorter.sequence.operations().size() < all.size()) {
        found = shorter;
      } else {
        from += chunk;
      }
    }
    return found;
  }

  /** Plays a sequence; cut after its difference, if that is of the kind and not intended. */
  private @Nullable Found tried(Sequence sequence) {
    tries++;
    Difference difference = sequence.operations().isEmpty() ? null : comparison.play(sequence);
    if (difference == null
        || difference.what() != what
        || Intended.of(difference, sequence).isPresent()) {
      return null;
    }
    List<Op> upTo = sequence.operations().subList(0, difference.operation() + 1);
    return new Found(sequence.with(List.copyOf(upTo)), difference);
  }
}
