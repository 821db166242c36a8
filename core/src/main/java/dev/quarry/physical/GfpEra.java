package dev.quarry.physical;

import dev.quarry.machine.KernelRelease;
import java.util.List;

/**
 * The GFP bits and composites of a run of releases in which they did not change ({@link
 * GfpHistory}).
 *
 * @param since the first release of the run
 * @param bits upwards
 * @param composites names for several bits at once, or for none
 * @param printed bits and composites in the order in which {@code %pGg} tries them
 */
record GfpEra(KernelRelease since, List<Word> bits, List<Word> composites, List<Word> printed) {
  /**
   * A name and its mask in the era.
   *
   * @param takesToo bits that the name covers where they are set, but does not need
   */
  record Word(String name, long mask, long takesToo) {}

  GfpEra {
    bits = List.copyOf(bits);
    composites = List.copyOf(composites);
    printed = List.copyOf(printed);
  }

  /** The era of a release; one older than all eras counts as of the oldest. */
  static GfpEra of(KernelRelease release) {
    GfpEra era = GfpHistory.ERAS.getFirst();
    for (GfpEra next : GfpHistory.ERAS) {
      if (release.isAtLeast(next.since)) {
        era = next;
      }
    }
    return era;
  }
}
