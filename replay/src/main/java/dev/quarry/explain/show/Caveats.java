package dev.quarry.explain.show;

import dev.quarry.explain.verdict.Explanation;
import java.util.List;
import java.util.stream.Stream;

/** What a reader has to know: what the log does not say, and what is wrong with it. */
final class Caveats {
  private Caveats() {}

  /** The causes that the sentence does not name. */
  static List<String> otherCauses(Explanation of) {
    return of.causes().stream().filter(cause -> !of.sentence().contains(cause)).toList();
  }

  static List<String> of(Explanation of) {
    return Stream.concat(of.caveats().stream(), of.report().problems().stream())
        .distinct()
        .toList();
  }
}
