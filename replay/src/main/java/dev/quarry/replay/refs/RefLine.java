package dev.quarry.replay.refs;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Reads lines one by one, each for itself. */
public final class RefLine {
  /** A line of one reference is never so long. */
  private static final int MOST_BYTES = 64;

  private static final Pattern LACKEY =
      Pattern.compile("^(I | [LSM]) [0-9a-fA-F]+,[0-9]+\\r?$", Pattern.MULTILINE);

  private final RefBatch batch = new RefBatch();
  private final RefLines lines = new RefLines(new RefProblems("", false));

  /** Reads any number of lines. */
  public RefLine() {}

  /** How many bytes of a buffer stand before the end of a short line; below 0 for a long one. */
  public static int length(byte[] line) {
    for (int i = 0; i < Math.min(MOST_BYTES, line.length); i++) {
      if (line[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  /** Whether the first bytes of a file are lackey's: a line with a comma between its numbers. */
  public static boolean isLackey(byte[] head) {
    return LACKEY.matcher(new String(head, StandardCharsets.ISO_8859_1)).find();
  }

  /** Whether the line is a reference; {@link #batch} has it alone then. */
  public boolean read(byte[] line, int length) {
    batch.size = 0;
    return lines.read(line, 0, length, 1, batch);
  }

  /** The reference that was read. */
  public RefBatch batch() {
    return batch;
  }
}
