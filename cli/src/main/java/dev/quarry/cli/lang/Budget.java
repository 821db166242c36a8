package dev.quarry.cli.lang;

import java.util.Locale;

/**
 * How much a script may do, so that a loop that is too long ends with a message and not never.
 *
 * <p>A step is about the work of one cheap command, some microseconds. What takes longer, such as
 * drawing a large zone, spends more.
 */
public final class Budget {
  /** What a script has when nobody says otherwise. */
  public static final long DEFAULT_STEPS = 5_000_000;

  private final long steps;
  private long left;

  /** A budget of so many steps. */
  public Budget(long steps) {
    this.steps = steps;
    this.left = steps;
  }

  /**
   * Takes steps away.
   *
   * @throws IllegalStateException when they are not there
   */
  void spend(long count) {
    left -= Math.min(count, left + 1);
    if (left < 0) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "the script has used up its %,d steps; \"quarry run --steps N\" allows more",
              steps));
    }
  }
}
