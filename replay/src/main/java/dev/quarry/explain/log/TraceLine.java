package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * A function of a call trace: {@code dump_stack+0x5c/0x80}, {@code [<c0123456>]
 * dump_stack+0x5c/0x80}, {@code [<c0123456>] (dump_stack) from [<c0123456>]
 * (warn_alloc+0x5c/0x80)}.
 */
final class TraceLine {
  private static final String OFFSET = "+0x";

  private TraceLine() {}

  /** Whether a line is one. */
  static boolean is(String text) {
    int offset = text.indexOf(OFFSET);
    return offset > 0
        && text.indexOf("/0x", offset) > 0
        && begin(text) >= 0
        && !text.startsWith("RIP")
        && !text.startsWith("EIP");
  }

  /** The function; null where the kernel was not sure of it ({@code ? }). */
  static @Nullable String function(String text) {
    int begin = begin(text);
    if (begin < 0 || text.startsWith("?", begin)) {
      return null;
    }
    int caller = text.lastIndexOf(" from ", text.indexOf(OFFSET));
    int from = caller < 0 ? begin : addresses(text, caller + 6);
    int end = text.indexOf('+', from);
    String name = text.substring(from, end).replace("(", "");
    return name.startsWith(".") ? name.substring(1) : name;
  }

  /** Where the name begins; -1 if the line is none of a trace. */
  private static int begin(String text) {
    int at = addresses(text, 0);
    int end = text.indexOf(OFFSET, at);
    int caller = end < 0 ? -1 : text.lastIndexOf(" from ", end);
    int word = text.startsWith("? ", at) ? at + 2 : caller < 0 ? at : addresses(text, caller + 6);
    for (int i = word; i < end; i++) {
      char c = text.charAt(i);
      if (!Character.isLetterOrDigit(c) && "_.$(".indexOf(c) < 0) {
        return -1;
      }
    }
    return end > word ? at : -1;
  }

  /** Behind {@code <IRQ> }, {@code [<c0123456>] } and {@code [c000000001234560] }. */
  private static int addresses(String text, int from) {
    Cursor cursor = new Cursor(text, from);
    cursor.skipSpaces();
    while (cursor.here() == '[' || cursor.here() == '<') {
      int close = text.indexOf(cursor.here() == '[' ? ']' : '>', cursor.at());
      if (close < 0) {
        break;
      }
      cursor.moveTo(close + 1);
      cursor.skipSpaces();
    }
    return cursor.at();
  }
}
