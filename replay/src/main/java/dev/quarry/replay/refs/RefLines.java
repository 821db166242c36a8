package dev.quarry.replay.refs;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads lines of references, run-compressed or as valgrind's lackey prints them; both may be mixed.
 *
 * <pre>
 *   run-compressed    I 401b770 152 32        32 instructions, 152 bytes of code, from 401b770
 *                     S 1fff000468 8          a store of 8 bytes; L a load, M both
 *                     #cmd ls -R              a comment; #end refs=... has the totals
 *   lackey            I  0401b770,3           an instruction of 3 bytes
 *                      S 1fff000468,8
 *                     ==1234== ...            valgrind's messages, passed over
 * </pre>
 */
final class RefLines {
  /** Longest line. */
  static final int MAX_LINE_BYTES = 1 << 16;

  /** One past the last address of a process on x86-64 with four levels: TASK_SIZE_MAX. */
  static final long USER_END = (1L << 47) - 4096;

  /** XSAVE, the largest single reference, stays below. */
  static final int MAX_DATA_BYTES = 1 << 14;

  /** x86's longest instruction has 15; other processors' are shorter. */
  static final int MAX_INSTRUCTION_BYTES = 16;

  /** So many instructions make a run at most; what writes runs ends them at 4,096. */
  static final int MAX_RUN = 1 << 20;

  private static final int MAX_HEX_DIGITS = 16;
  private static final int MAX_DECIMAL_DIGITS = 9;
  private static final String COMMAND = "== Command: ";
  private static final byte[] HEX = hexDigits();

  private final RefProblems problems;
  private final long[] seen = new long[RefKind.COUNT];
  private String command = "";

  private byte[] bytes = {};
  private int at;
  private int end;

  RefLines(RefProblems problems) {
    this.problems = problems;
  }

  private static byte[] hexDigits() {
    byte[] digits = new byte[256];
    Arrays.fill(digits, (byte) -1);
    for (int i = 0; i < 16; i++) {
      digits[Character.forDigit(i, 16)] = (byte) i;
      digits[Character.toUpperCase(Character.forDigit(i, 16))] = (byte) i;
    }
    return digits;
  }

  /** Counts references that came from elsewhere, for the totals at the end. */
  void saw(RefBatch batch) {
    for (int i = 0; i < batch.size; i++) {
      seen[batch.kinds[i]] += batch.counts[i];
    }
  }

  String command() {
    return command;
  }

  /**
   * Reads a line without its end.
   *
   * @return whether it was a reference, which is in the batch then
   */
  boolean read(byte[] text, int from, int to, long line, RefBatch batch) {
    bytes = text;
    at = from;
    end = to > from && text[to - 1] == '\r' ? to - 1 : to;
    if (at == end) {
      return false;
    }
    int first = text[at];
    int kind = RefKind.ofLetter(first == ' ' && end - at > 1 ? text[at + 1] : first);
    if (kind < 0 || (first == ' ' && kind == RefKind.CODE)) {
      return other(first, line);
    }
    at += first == ' ' ? 2 : 1;
    if (!take(' ')) {
      return wrong(at == end ? RefProblem.CUT_LINE : RefProblem.UNKNOWN_OPERATION, line, from);
    }
    boolean lackey = first == ' ' || (kind == RefKind.CODE && take(' '));
    return reference(kind, lackey, line, from, batch);
  }

  private boolean reference(int kind, boolean lackey, long line, int from, RefBatch batch) {
    int digitsAt = at;
    long address = hex();
    if (at == digitsAt || at - digitsAt > MAX_HEX_DIGITS) {
      return wrong(at == end ? RefProblem.CUT_LINE : RefProblem.NOT_A_NUMBER, line, from);
    }
    if (!take(lackey ? ',' : ' ')) {
      return wrong(at == end ? RefProblem.CUT_LINE : RefProblem.NOT_A_NUMBER, line, from);
    }
    int size = decimal();
    boolean run = kind == RefKind.CODE && !lackey;
    int count = 1;
    if (size >= 0 && run) {
      if (!take(' ')) {
        return wrong(at == end ? RefProblem.CUT_LINE : RefProblem.NOT_A_NUMBER, line, from);
      }
      count = decimal();
    }
    if (size < 0 || count < 0) {
      return wrong(at == end ? RefProblem.CUT_LINE : RefProblem.NOT_A_NUMBER, line, from);
    }
    if (at < end) {
      return wrong(RefProblem.EXTRA_TEXT, line, from);
    }
    if (!isPossible(kind, size, count)) {
      return wrong(RefProblem.WRONG_SIZE, line, from);
    }
    if (address < 0 || address > USER_END - size) {
      return wrong(RefProblem.BEYOND_RANGE, line, from);
    }
    seen[kind] += count;
    batch.add(kind, address, size, count);
    return true;
  }

  /** Whether a reference may have this size. */
  static boolean isPossible(int kind, int size, int count) {
    return kind == RefKind.CODE
        ? count >= 1
            && count <= MAX_RUN
            && size >= count
            && size <= (long) count * MAX_INSTRUCTION_BYTES
        : size >= 1 && size <= MAX_DATA_BYTES && count == 1;
  }

  private boolean take(int expected) {
    if (at < end && bytes[at] == expected) {
      at++;
      return true;
    }
    return false;
  }

  private long hex() {
    long value = 0;
    int digit;
    while (at < end && (digit = HEX[bytes[at] & 0xFF]) >= 0) {
      value = (value << 4) | digit;
      at++;
    }
    return value;
  }

  /** A number of up to nine digits, or -1. */
  private int decimal() {
    int first = at;
    int value = 0;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9' && at - first < MAX_DECIMAL_DIGITS) {
      value = 10 * value + bytes[at++] - '0';
    }
    return at == first ? -1 : value;
  }

  private boolean wrong(RefProblem problem, long line, int from) {
    String text =
        switch (problem) {
          case CUT_LINE -> "the line ends within a reference";
          case NOT_A_NUMBER -> "an address and a size belong here";
          case WRONG_SIZE ->
              "data has 1 to "
                  + MAX_DATA_BYTES
                  + " bytes, an instruction 1 to "
                  + MAX_INSTRUCTION_BYTES;
          case BEYOND_RANGE -> "a process's addresses end at 0x" + Long.toHexString(USER_END);
          case EXTRA_TEXT -> "something follows the reference";
          default -> "a reference begins with I, L, S or M";
        };
    problems.add(problem, line, text, bytes, from, end);
    return false;
  }

  /** A comment, a message of valgrind, or something wrong. */
  private boolean other(int first, long line) {
    boolean message = (first == '=' || first == '-') && end - at > 1 && bytes[at + 1] == first;
    if (first == '#') {
      comment(line);
    } else if (message) {
      message();
    } else {
      return wrong(RefProblem.UNKNOWN_OPERATION, line, at);
    }
    return false;
  }

  /** Of valgrind's messages one names the command: {@code ==1234== Command: ls -R}. */
  private void message() {
    String text = new String(bytes, at, end - at, StandardCharsets.ISO_8859_1);
    int found = text.indexOf(COMMAND);
    if (found >= 0 && command.isEmpty()) {
      command = text.substring(found + COMMAND.length()).strip();
    }
  }

  private void comment(long line) {
    String text = new String(bytes, at, end - at, StandardCharsets.ISO_8859_1);
    if (text.startsWith("#cmd ") && command.isEmpty()) {
      command = text.substring("#cmd ".length()).strip();
    } else if (text.startsWith("#end ")) {
      for (String word : text.split(" +")) {
        total(word, line);
      }
    }
  }

  /** {@code I=123} of the last line must be what was read. */
  private void total(String word, long line) {
    int equals = word.indexOf('=');
    int kind = equals == 1 ? RefKind.ofLetter(word.charAt(0)) : -1;
    String digits = word.substring(equals + 1);
    if (kind < 0 || !digits.matches("[0-9]{1,18}")) {
      return;
    }
    long total = Long.parseLong(digits);
    if (total != seen[kind]) {
      problems.add(
          RefProblem.WRONG_TOTAL,
          line,
          "it counts " + total + " of " + word.charAt(0) + ", " + seen[kind] + " were read");
    }
  }
}
