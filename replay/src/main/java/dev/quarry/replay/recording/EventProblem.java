package dev.quarry.replay.recording;

/** What can be wrong with a line of events, and whether the line is then left out. */
public enum EventProblem {
  UNKNOWN_LETTER("unknown letter", true),
  SHORT_LINE("line too short", true),
  NOT_A_NUMBER("not a number", true),
  EXTRA_FIELDS("too many fields", true),
  OUT_OF_RANGE("number out of range", true),
  NEGATIVE_PFN("frame number below 0", true),
  UNKNOWN_GFP_INDEX("gfp number without a definition", true),
  UNKNOWN_NAME("site or cache number without a definition", true),
  BAD_HEADER("header without sense", true),
  TABLE_FULL("more names than are kept", true),
  LINE_TOO_LONG("line longer than 64 KiB", true),
  CUT_LINE("last line without an end", true),
  TIME_BACKWARDS("time goes back", false),
  NOT_UTF8("not UTF-8", false),
  NO_START_TIME("no start time yet", false),
  DAMAGED_STREAM("file cannot be read to its end", true),
  NO_HEAD("event without time, CPU or thread", true),
  MISSING_FIELD("event without a field", true),
  UNKNOWN_GFP("gfp flags that the kernel does not have", true),
  ALLOCATED_TWICE("allocated twice without a free", false),
  LOST_EVENTS("events that the recorder lost", false);

  private final String words;
  private final boolean dropsLine;

  EventProblem(String words, boolean dropsLine) {
    this.words = words;
    this.dropsLine = dropsLine;
  }

  /** The problem in a few words, for a report. */
  public String words() {
    return words;
  }

  /**
   * Whether such a line is left out. Otherwise it is used: time that goes back stands still, and
   * bytes that are not UTF-8 become U+FFFD.
   */
  public boolean dropsLine() {
    return dropsLine;
  }
}
