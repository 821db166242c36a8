package dev.quarry.replay.play;

import dev.quarry.physical.PcpList;
import dev.quarry.physical.StateCorrector;
import dev.quarry.physical.Zone;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Blocks that were taken off a CPU's list because somebody unseen seemed to hold them. When the
 * kernel hands out one of them after all, the guess was wrong: it had only put a block in front of
 * them, as a free that comes late does. The others then go back to where they were.
 */
final class UnseenSuspects {
  /** So many guesses may still be taken back. */
  private static final int MOST_GUESSES = 8;

  private record Guess(int cpu, int order, int migrateType, int[] pfns) {
    boolean has(int pfn) {
      for (int suspect : pfns) {
        if (suspect == pfn) {
          return true;
        }
      }
      return false;
    }
  }

  private final ArrayDeque<Guess> guesses = new ArrayDeque<>();

  /** The first {@code blocks} of a list will be taken on suspicion. */
  void suspect(Zone zone, int cpu, int order, int migrateType, int blocks) {
    PcpList list = zone.pcp(cpu).list(order, migrateType);
    int[] pfns = new int[blocks];
    for (int i = 0; i < blocks; i++) {
      pfns[i] = list.get(i);
    }
    if (guesses.size() == MOST_GUESSES) {
      guesses.removeFirst();
    }
    guesses.addLast(new Guess(cpu, order, migrateType, pfns));
  }

  /**
   * Puts the blocks of a guess back at the head of their list if {@code pfn} is one of them, but
   * for {@code pfn} itself.
   *
   * @return whether it was
   */
  boolean takeBack(StateCorrector corrector, int pfn) {
    Guess guess = find(pfn);
    if (guess == null || !corrector.isHeldUnseen(pfn)) {
      return false;
    }
    guesses.remove(guess);
    for (int i = guess.pfns.length - 1; i >= 0; i--) {
      if (guess.pfns[i] != pfn && corrector.isHeldUnseen(guess.pfns[i])) {
        corrector.putBack(guess.cpu, guess.pfns[i], guess.order, guess.migrateType);
      }
    }
    return true;
  }

  private @Nullable Guess find(int pfn) {
    for (Guess guess : guesses) {
      if (guess.has(pfn)) {
        return guess;
      }
    }
    return null;
  }
}
