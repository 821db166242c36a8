package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;
import dev.quarry.replay.read.Place;
import dev.quarry.replay.read.Quote;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is wrong with a report, each with its place. */
final class Problems {
  private static final int MOST = 60;
  private static final int LONGEST_NUMBER = 19;

  private final String file;
  private final List<String> texts = new ArrayList<>();
  private int more;

  Problems(String file) {
    this.file = file;
  }

  void add(long line, String text) {
    String problem = new Place(file, line) + ": " + printable(text);
    if (texts.contains(problem)) {
      return;
    }
    if (texts.size() < MOST) {
      texts.add(problem);
    } else {
      more++;
    }
  }

  /** Names are the log's own and may hold anything. */
  private static String printable(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      shown.append(c >= ' ' && c < 0x7f ? c : '?');
    }
    return shown.toString();
  }

  /** A number, or null and a problem if it does not fit in 64 bits. */
  @Nullable Long number(String digits, long line, String what) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      boolean long64 = Cursor.isNumber(digits) && digits.length() >= LONGEST_NUMBER;
      String why = long64 ? " is above 64 bits" : " is no number";
      add(line, what + " " + Quote.of(digits) + why + "; it is left out");
      return null;
    }
  }

  /** A small number; 0 and a problem if it is none. */
  int small(String digits, long line, String what) {
    Long value = number(digits, line, what);
    if (value == null) {
      return 0;
    }
    if (value != value.intValue()) {
      add(line, what + " " + digits + " is above 32 bits; 0 is put in its place");
      return 0;
    }
    return value.intValue();
  }

  List<String> texts() {
    if (more > 0) {
      texts.add(file + ": and " + more + " more problems of this report");
      more = 0;
    }
    return List.copyOf(texts);
  }
}
