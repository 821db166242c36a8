package dev.quarry.explain.show;

import dev.quarry.explain.verdict.ZoneVerdict.Arithmetic;
import java.util.ArrayList;
import java.util.List;

/**
 * A zone's test written down as on paper, in pages: what is free, less what is out of reach, less
 * what is demanded, is the margin. Terms that are 0 are left out, but for those that the test is
 * named after.
 *
 * @param terms from top to bottom; those between two sums add up to the second
 */
record Sum(List<Line> terms) {
  /**
   * A line of it.
   *
   * @param pages with the sign with which it counts
   * @param total whether it is the sum of what stands above
   * @param text what it is
   */
  record Line(long pages, boolean total, String text) {}

  static Sum of(Arithmetic test, int order) {
    List<Line> lines = new ArrayList<>();
    lines.add(new Line(test.free(), false, "free"));
    add(lines, test.restOfBlock(), "the rest of the block: 2^" + order + " - 1");
    add(lines, test.highatomic(), "free in the high-atomic reserve, which it may not use");
    add(lines, test.cma(), "free in CMA, which it may not use");
    boolean taken = lines.size() > 1;
    if (taken) {
      long usable = test.margin() + test.lowered() + test.reserve();
      lines.add(new Line(usable, true, "usable"));
    }
    lines.add(new Line(-test.lowered(), false, mark(test)));
    lines.add(new Line(-test.reserve(), false, reserve(test.reserve())));
    lines.add(new Line(test.margin(), true, "margin: " + outcome(test.margin())));
    return new Sum(lines);
  }

  private static void add(List<Line> lines, long pages, String text) {
    if (pages != 0) {
      lines.add(new Line(-pages, false, text));
    }
  }

  private static String reserve(long pages) {
    return pages == 0
        ? "lowmem_reserve: none against this request"
        : "lowmem_reserve, kept for requests that can go to no other zone";
  }

  private static String mark(Arithmetic test) {
    StringBuilder text = new StringBuilder("the min mark");
    if (test.boost() > 0) {
      text.append(", ").append(Words.number(test.boost())).append(" of it boost");
    }
    if (test.lowered() != test.mark()) {
      text.append(": ").append(Words.number(test.mark()));
      text.append(test.lowered() < test.mark() ? ", lowered by the request's rights" : "");
    }
    return text.toString();
  }

  private static String outcome(long margin) {
    return margin > 0
        ? "above 0, so the test on pages holds"
        : "the test demands at least 1, so " + Words.count(1 - margin, "page") + " short";
  }
}
