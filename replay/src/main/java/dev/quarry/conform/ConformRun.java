package dev.quarry.conform;

import dev.quarry.conform.ConformResult.FoundDifference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Plays random sequences on two sides, until enough operations were made or enough differences
 * found.
 */
final class ConformRun {
  private static final int SEQUENCE_OPERATIONS = 128;

  private final Side quarry;
  private final Comparison comparison;
  private final ConformOptions options;
  private final Map<String, Long> intended = new TreeMap<>();
  private final List<FoundDifference> differences = new ArrayList<>();
  private final List<String> notAgain = new ArrayList<>();
  private final Set<String> known = new HashSet<>();
  private long operations;
  private long sequences;

  ConformRun(Side kernel, Side quarry, ConformOptions options) {
    this.quarry = quarry;
    this.comparison = new Comparison(kernel, quarry);
    this.options = options;
  }

  ConformResult run(LongConsumer progress) {
    while (operations < options.operations() && differences.size() < options.mostDifferences()) {
      long left = Math.min(SEQUENCE_OPERATIONS, options.operations() - operations);
      Sequence drawn = Draw.sequence(options.seed(), sequences, (int) left).possible();
      play(new Sequence(comparison.possible(drawn.settings()), drawn.operations()));
      sequences++;
      progress.accept(operations);
    }
    return new ConformResult(
        operations,
        sequences,
        options.seed(),
        Platform.release(),
        List.copyOf(differences),
        new TreeMap<>(intended),
        List.copyOf(notAgain));
  }

  private void play(Sequence sequence) {
    Difference difference = comparison.play(sequence);
    if (difference == null) {
      operations += sequence.operations().size();
      return;
    }
    operations += difference.operation() + 1;
    Optional<Intended> reason = Intended.of(difference, sequence);
    if (reason.isPresent()) {
      intended.merge(reason.get().spelled(), 1L, Long::sum);
      return;
    }
    Shrinker.Found found = Shrinker.shrink(comparison, sequence, difference);
    if (found == null) {
      notAgain.add(text(difference, sequence.operations().get(difference.operation())));
    } else {
      add(found);
    }
  }

  private static String text(Difference difference, Op op) {
    return String.format(
        Locale.ROOT,
        "%s after %s: kernel %s, Quarry %s",
        difference.what().spelled(),
        op.call().spelled(),
        difference.kernel(),
        difference.quarry());
  }

  private void add(Shrinker.Found found) {
    Op last = found.sequence().operations().getLast();
    Difference difference = found.difference();
    quarry.begin(found.sequence().settings());
    List<Observation> seen = quarry.play(found.sequence().operations());
    String script = ShellScript.of(found.sequence(), seen);
    if (known.add(script)) {
      differences.add(
          new FoundDifference(
              difference.what().spelled(),
              last.call().spelled(),
              difference.kernel(),
              difference.quarry(),
              script));
    }
  }
}
