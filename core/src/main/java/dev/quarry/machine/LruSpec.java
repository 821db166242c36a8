package dev.quarry.machine;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * How a kernel begins to choose the pages that go.
 *
 * @param policy active and inactive lists, or generations
 * @param swappiness {@code vm.swappiness}, 0 to 200
 */
public record LruSpec(Policy policy, int swappiness) {
  /** Linux without CONFIG_LRU_GEN_ENABLED. */
  public static final LruSpec DEFAULTS = new LruSpec(Policy.CLASSIC, 60);

  /** The most that {@code vm.swappiness} may be. */
  public static final int MAX_SWAPPINESS = 200;

  /** Which lists are kept. */
  public enum Policy {
    /** Active and inactive. */
    CLASSIC,
    /** Multi-generation LRU. */
    MGLRU;

    /** The word of a specification. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The policy of a word. */
  public static Optional<Policy> policy(String word) {
    return Arrays.stream(Policy.values()).filter(one -> one.label().equals(word)).findFirst();
  }
}
