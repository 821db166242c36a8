package dev.quarry.replay.faults;

import dev.quarry.virtual.space.RssKind;
import java.util.List;

/** The kernel's counters of an address space's pages, in the order of {@link RssKind}. */
final class RssCounter {
  /** Their names in events. */
  static final List<String> NAMES =
      List.of("MM_FILEPAGES", "MM_ANONPAGES", "MM_SWAPENTS", "MM_SHMEMPAGES");

  private RssCounter() {}

  /** The number of a counter, or -1. */
  static int of(String name) {
    return NAMES.indexOf(name);
  }

  static RssKind kind(int counter) {
    return RssKind.values()[counter];
  }
}
