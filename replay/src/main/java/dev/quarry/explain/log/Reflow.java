package dev.quarry.explain.log;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Parts a line that a mail program filled with more than one of the kernel's:
 *
 * <pre>
 *   unevictable:0kB lowmem_reserve[]: 0 0 0 Node 0 DMA: 1*4kB (U)
 *                  ^                       ^
 * </pre>
 */
final class Reflow {
  private static final Pattern HEAD =
      Pattern.compile(
          "(?<=\\s)(?=Node \\d+ \\w+ free:|Node \\d+ [A-Z]\\w*: \\d+\\*|Node \\d+ active_anon:"
              + "|lowmem_reserve\\[\\]:)");

  private Reflow() {}

  /** The lines in a line. */
  static List<String> lines(String text) {
    boolean may = text.indexOf("Node ", 1) > 0 || text.indexOf("lowmem_reserve[", 1) > 0;
    return may ? List.of(HEAD.split(text)) : List.of(text);
  }
}
