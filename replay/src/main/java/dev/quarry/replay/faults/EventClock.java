package dev.quarry.replay.faults;

import dev.quarry.replay.calls.Numbers;
import dev.quarry.replay.calls.TextFile;
import dev.quarry.replay.read.Quote;

/** The time of a file's lines: each has what passed since the one before. */
final class EventClock {
  private static final long MICROS = 1_000_000;
  private static final int FRACTION_DIGITS = 6;

  private final TextFile file;
  private long now;

  EventClock(TextFile file) {
    this.file = file;
  }

  /** {@code #t0 SECONDS} sets it; other headers are names. */
  void header(String text) {
    String[] words = text.split(" ", 3);
    if (!words[0].equals("#t0")) {
      return;
    }
    String[] parts = words.length < 2 ? new String[] {""} : words[1].split("\\.", 2);
    long seconds = Numbers.decimal(parts[0]);
    boolean whole = parts.length == 2 && parts[1].length() == FRACTION_DIGITS;
    long fraction = whole ? Numbers.decimal(parts[1]) : Numbers.NONE;
    if (seconds < 0 || fraction < 0 || seconds > Long.MAX_VALUE / MICROS / 2) {
      file.wrong("header without sense", Quote.of(text));
      return;
    }
    now = seconds * MICROS + fraction;
  }

  /** Goes on; a clock that would overflow stands still. */
  long advance(long delta) {
    now = delta > Long.MAX_VALUE / 2 - now ? now : now + delta;
    return now;
  }
}
