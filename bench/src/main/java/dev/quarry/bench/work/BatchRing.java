package dev.quarry.bench.work;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A bounded queue of batches between one thread and another; the same as in {@code allocbench.c}.
 * The batches themselves are its user's: the ring only says which place may be filled or emptied.
 *
 * <pre>
 *   released ──► │ place │ place │ place │ ◄── published       at most {@link #PLACES} apart
 *                  full, to be emptied         next to be filled
 * </pre>
 */
final class BatchRing {
  /** Objects in a batch. */
  static final int BATCH = 64;

  /** Batches in the ring. */
  static final int PLACES = 16;

  private static final int SPINS_BEFORE_YIELD = 1_000;

  /** Far enough from each other and from the array's ends to have cache lines of their own. */
  private static final int PUBLISHED = 32;

  private static final int RELEASED = 64;
  private static final int LENGTH = 96;

  private final AtomicLongArray counters = new AtomicLongArray(LENGTH);
  private final AtomicBoolean stop = new AtomicBoolean();

  /** Empties one place. */
  @FunctionalInterface
  interface Emptier {
    void empty(int place);
  }

  /** The place to fill next; waits for one. */
  int claim() {
    long next = counters.getPlain(PUBLISHED);
    // Pairs with the setRelease() in consume().
    for (int spins = 0; next - counters.getAcquire(RELEASED) == PLACES; spins++) {
      pauseOrYield(spins);
    }
    return (int) next % PLACES;
  }

  /** Hands over the place that was claimed. */
  void publish() {
    counters.setRelease(PUBLISHED, counters.getPlain(PUBLISHED) + 1);
  }

  /** Empties places until there is none and {@link #stop} was called. */
  void consume(Emptier emptier) {
    for (long next = 0; ; next++) {
      // Pairs with the setRelease() in publish().
      for (int spins = 0; counters.getAcquire(PUBLISHED) == next; spins++) {
        if (stop.getAcquire() && counters.getAcquire(PUBLISHED) == next) {
          return;
        }
        pauseOrYield(spins);
      }
      emptier.empty((int) next % PLACES);
      counters.setRelease(RELEASED, next + 1);
    }
  }

  /** Nothing more is published. */
  void stop() {
    stop.setRelease(true);
  }

  private static void pauseOrYield(int spins) {
    if (spins < SPINS_BEFORE_YIELD) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }
}
