package dev.quarry.replay.refs;

/** What a reference to memory does, by number, as batches hold it. */
public final class RefKind {
  /** Instructions are fetched: a straight run of them. */
  public static final int CODE = 0;

  /** A load. */
  public static final int LOAD = 1;

  /** A store. */
  public static final int STORE = 2;

  /** A load and a store of the same bytes: one reference, which wants to write. */
  public static final int MODIFY = 3;

  /** How many kinds there are. */
  public static final int COUNT = 4;

  private static final String LETTERS = "ILSM";

  private RefKind() {}

  /** The letter of a kind in text. */
  public static char letter(int kind) {
    return LETTERS.charAt(kind);
  }

  /** The kind of a letter, or -1. */
  static int ofLetter(int letter) {
    return LETTERS.indexOf(letter);
  }
}
