package dev.quarry.conform;

import java.util.Locale;

/**
 * Where two sides part.
 *
 * @param operation the number of the last operation before it was seen, from 0
 * @param what the kind: result, signal, data, faults, areas, pages, contents, file, smaps
 */
record Difference(int operation, What what, String kernel, String quarry) {
  /** What can differ, in the order in which it is looked at. */
  enum What {
    RESULT,
    SIGNAL,
    DATA,
    FAULTS,
    AREAS,
    PAGES,
    CONTENTS,
    FILE,
    SMAPS;

    /** How results spell it. */
    String spelled() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
