package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.LineReader;
import dev.quarry.replay.read.Quote;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads lines of a name and a number: {@code vmstat} and {@code meminfo}. */
final class CountersParser {
  private static final int MAX_NAME = 64;

  private CountersParser() {}

  /** {@code nr_free_pages 4096}. */
  static Counters parseVmstat(LineReader in) {
    Map<String, Long> values = new LinkedHashMap<>();
    while (in.next()) {
      String[] words = in.words();
      if (words.length != 2) {
        throw in.error("the line has " + words.length + " words, not a name and a number");
      }
      put(in, values, words[0], words[1]);
    }
    return new Counters(values);
  }

  /** {@code MemFree: 4096 kB}; the numbers stay as they are printed. */
  static Counters parseMeminfo(LineReader in) {
    Map<String, Long> values = new LinkedHashMap<>();
    while (in.next()) {
      int colon = in.text().indexOf(':');
      String[] words = in.text().substring(colon + 1).strip().split("\\s+");
      boolean unit = words.length == 2 && words[1].equals("kB");
      if (colon < 0 || (words.length != 1 && !unit)) {
        throw in.error("the line is not \"NAME: NUMBER\" or \"NAME: NUMBER kB\"");
      }
      put(in, values, in.text().substring(0, colon), words[0]);
    }
    return new Counters(values);
  }

  /** Adds a number under a name that must be new. */
  static void put(LineReader in, Map<String, Long> values, String name, String number) {
    boolean plain = name.chars().allMatch(c -> c > ' ' && c < 0x7f);
    if (!plain || name.isEmpty() || name.length() > MAX_NAME) {
      throw in.error(Quote.of(name) + " is not the name of a counter");
    }
    long value = in.number(number, "the number of " + name, Long.MAX_VALUE - 1);
    if (values.putIfAbsent(name, value) != null) {
      throw in.error(name + " stands twice: " + values.get(name) + " and " + value);
    }
  }
}
