package dev.quarry.check;

import dev.quarry.machine.MachineSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a short sequence of steps with the same violation: each is played on a machine of its
 * own. First the last steps alone, twice and twice as many, then without pieces of them.
 */
final class PressureShrinker {
  private static final long MOST_STEPS = 400_000;
  private static final int FIRST_WINDOW = 500;
  private static final int CHECKED_EACH_STEP = 400;

  private final MachineSpec spec;
  private final PressureOptions options;
  private @Nullable String signature;
  private long played;

  PressureShrinker(MachineSpec spec, PressureOptions options) {
    this.spec = spec;
    this.options = options;
  }

  /**
   * The steps in words, and what is wrong after the last one.
   *
   * @param made steps after which the violation was found
   * @return empty if none was found within as many steps as may be played
   */
  List<String> script(long made) throws IOException {
    for (long window = FIRST_WINDOW; played < MOST_STEPS; window *= 4) {
      long from = Math.max(0, made - window);
      long[] found = violating(LongStream.range(from, made).toArray());
      if (found != null) {
        return words(shorter(found));
      }
      if (from == 0) {
        break;
      }
    }
    return List.of();
  }

  private long[] shorter(long[] first) throws IOException {
    long[] found = first;
    for (int piece = Math.max(1, found.length / 2); piece > 0; piece /= 2) {
      int from = 0;
      while (from < found.length && played < MOST_STEPS) {
        long[] fewer = without(found, from, Math.min(found.length, from + piece));
        long[] still = violating(fewer);
        if (still != null) {
          found = still;
        } else {
          from += piece;
        }
      }
    }
    return found;
  }

  private static long[] without(long[] steps, int from, int end) {
    long[] fewer = Arrays.copyOf(steps, steps.length - (end - from));
    System.arraycopy(steps, end, fewer, from, steps.length - end);
    return fewer;
  }

  /** The steps up to the violation, or null if there is none, or another one. */
  private long @Nullable [] violating(long[] steps) throws IOException {
    played += steps.length;
    int every = steps.length <= CHECKED_EACH_STEP ? 1 : steps.length / 50;
    try (PressureRun run = new PressureRun(spec, options)) {
      int made = play(run, steps, every, new ArrayList<>());
      String now = run.signature();
      if (now == null || (signature != null && !signature.equals(now))) {
        return null;
      }
      signature = now;
      return Arrays.copyOf(steps, made);
    }
  }

  /** How many steps were played until something was wrong, or all. */
  private static int play(PressureRun run, long[] steps, int every, List<String> words) {
    Worker worker = run.workers.getFirst();
    for (int i = 0; i < steps.length; i++) {
      boolean sound = run.step(worker, steps[i]);
      words.add("step " + steps[i] + ", " + worker.lastStep());
      if (!sound || (i % every == 0 && !run.check("after step " + steps[i]))) {
        return i + 1;
      }
    }
    run.finish();
    return steps.length;
  }

  private List<String> words(long[] steps) throws IOException {
    List<String> words = new ArrayList<>();
    try (PressureRun run = new PressureRun(spec, options)) {
      play(run, steps, steps.length <= CHECKED_EACH_STEP ? 1 : steps.length / 50, words);
      words.addAll(run.violations);
    }
    return words;
  }
}
