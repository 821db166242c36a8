package dev.quarry.replay.recording;

import dev.quarry.replay.read.Quote;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;

/**
 * The lines of an event file that begin with {@code #}: {@code #t0 SECONDS}, {@code #gfp N NAMES},
 * {@code #comm TID NAME}. They may stand anywhere; other headers and comments are passed over.
 */
final class EventHeaders {
  /** How many gfp definitions a file may have. */
  static final int MAX_GFP = 1 << 12;

  /** How many threads' names are kept. */
  static final int MAX_COMMS = 1 << 18;

  private static final int MAX_COMM_CHARS = 64;
  private static final Pattern SECONDS = Pattern.compile("\\d{1,12}(\\.\\d{1,9})?");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

  private final EventProblems problems;
  private final ToIntFunction<String> resolver;
  private final Map<Integer, String> comms = new HashMap<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private int[] masks = new int[32];
  private String[] names = new String[32];
  private boolean hasStart;
  private boolean hasEvent;
  private long startMicros;

  EventHeaders(EventProblems problems, ToIntFunction<String> resolver) {
    this.problems = problems;
    this.resolver = resolver;
    Arrays.fill(names, "");
  }

  /** Reads one header; true if it set the time. */
  boolean read(byte[] bytes, long line) {
    String[] words = text(bytes, line).split(" ", 3);
    return switch (words[0]) {
      case "#t0" -> start(words, line);
      case "#gfp" -> {
        gfp(words, line);
        yield false;
      }
      case "#comm" -> {
        comm(words, line);
        yield false;
      }
      default -> false;
    };
  }

  /** The time that the last {@code #t0} gave, in microseconds. */
  long startMicros() {
    return startMicros;
  }

  /** Tells of an event; the first one should stand behind a {@code #t0}. */
  void eventSeen(long line) {
    if (!hasEvent) {
      hasEvent = true;
      if (!hasStart) {
        problems.add(EventProblem.NO_START_TIME, line, "an event stands before #t0");
      }
    }
  }

  /** Whether this gfp number was defined. */
  boolean hasGfp(long index) {
    return index >= 0 && index < names.length && !names[(int) index].isEmpty();
  }

  /**
   * The number of flags that a file gives by name in each event; defined where it is new.
   *
   * @return a negative number if it cannot be; that was counted
   */
  int gfpNumber(String flags, long line) {
    Integer known = numbers.get(flags);
    if (known != null) {
      return known;
    }
    int number = numbers.size();
    if (number >= MAX_GFP) {
      problems.add(EventProblem.TABLE_FULL, line, MAX_GFP + " kinds of flags are kept already");
      return -1;
    }
    try {
      define(number, flags, resolver.applyAsInt(flags));
    } catch (IllegalArgumentException e) {
      problems.add(EventProblem.UNKNOWN_GFP, line, Quote.of(flags) + ": " + e.getMessage());
      return -1;
    }
    numbers.put(flags, number);
    return number;
  }

  /** The mask of a defined gfp number. */
  int gfpMask(long index) {
    return masks[(int) index];
  }

  /** The kernel's names of a defined gfp number. */
  String gfpNames(long index) {
    return names[(int) index];
  }

  /** The name of a thread; empty if the file does not give it. */
  String comm(int tid) {
    return comms.getOrDefault(tid, "");
  }

  private boolean start(String[] words, long line) {
    if (words.length < 2 || !SECONDS.matcher(words[1]).matches()) {
      bad(line, "#t0 must be followed by a time in seconds");
      return false;
    }
    BigDecimal micros = new BigDecimal(words[1]).movePointRight(6);
    startMicros = micros.setScale(0, RoundingMode.FLOOR).longValue();
    hasStart = true;
    return true;
  }

  private void gfp(String[] words, long line) {
    if (words.length < 3 || !NUMBER.matcher(words[1]).matches() || words[2].isBlank()) {
      bad(line, "#gfp must be followed by a number and the names of flags");
      return;
    }
    int index = Integer.parseInt(words[1]);
    if (index >= MAX_GFP) {
      problems.add(
          EventProblem.TABLE_FULL, line, "gfp number " + index + " is above " + (MAX_GFP - 1));
      return;
    }
    try {
      define(index, words[2].strip(), resolver.applyAsInt(words[2].strip()));
    } catch (IllegalArgumentException e) {
      bad(line, "#gfp " + Quote.of(words[2]) + ": " + e.getMessage());
    }
  }

  private void define(int index, String text, int mask) {
    if (index >= names.length) {
      int old = names.length;
      int length = Math.max(index + 1, 2 * old);
      masks = Arrays.copyOf(masks, length);
      names = Arrays.copyOf(names, length);
      Arrays.fill(names, old, length, "");
    }
    names[index] = text;
    masks[index] = mask;
  }

  private void comm(String[] words, long line) {
    if (words.length < 2 || !NUMBER.matcher(words[1]).matches()) {
      bad(line, "#comm must be followed by a thread's number and name");
      return;
    }
    comm(Integer.parseInt(words[1]), words.length < 3 ? "" : words[2], line);
  }

  /** Keeps the name of a thread. */
  void comm(int tid, String name, long line) {
    if (comms.size() >= MAX_COMMS) {
      problems.add(
          EventProblem.TABLE_FULL, line, "the names of " + MAX_COMMS + " threads are kept already");
      return;
    }
    comms.put(tid, name.substring(0, Math.min(name.length(), MAX_COMM_CHARS)));
  }

  private void bad(long line, String text) {
    problems.add(EventProblem.BAD_HEADER, line, text);
  }

  private String text(byte[] bytes, long line) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      problems.add(EventProblem.NOT_UTF8, line, "the header is not UTF-8");
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
