package dev.quarry.replay.refs;

/** What can be wrong with a line of references. */
public enum RefProblem {
  UNKNOWN_OPERATION("lines that no reference begins like"),
  CUT_LINE("lines that end too early"),
  NOT_A_NUMBER("lines with something that is no number"),
  WRONG_SIZE("references of a size that cannot be"),
  BEYOND_RANGE("references beyond the addresses that a process has"),
  EXTRA_TEXT("lines that go on behind the reference"),
  LONG_LINE("lines that are too long"),
  WRONG_TOTAL("totals that differ from what was read");

  private final String words;

  RefProblem(String words) {
    this.words = words;
  }

  /** It in words. */
  public String words() {
    return words;
  }
}
