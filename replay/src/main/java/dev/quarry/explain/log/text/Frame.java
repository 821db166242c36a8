package dev.quarry.explain.log.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What stands before and behind the kernel's text in every line of a log that was carried by
 * something nobody wrote a rule for: line numbers, a file's name, bullets, quotes, a console's
 * mark. It is learnt from lines whose beginnings are well known:
 *
 * <pre>
 *   kern.log:17:Mem-Info: \                         before  "kern.log:0:"   behind  " \"
 *   kern.log:18:Node 0 DMA free:13312kB min:64kB \     ^ a number is a 0, blanks are one
 * </pre>
 *
 * <p>A frame is part of the paper, not of the message: a line in it counts as one without a prefix,
 * unless the rest has one.
 */
public final class Frame {
  /** Lines as they are. */
  public static final Frame NONE = new Frame("", "");

  /** How many bytes of a log are looked at to learn a frame. */
  public static final int LOOK_BYTES = 48 << 10;

  /** Words with which a line of the kernel certainly begins; no zone's name is part of another. */
  private static final String[] ANCHORS = {
    "Mem-Info:",
    "Mem-info:",
    "Call Trace:",
    "Call trace:",
    "active_anon:",
    "Node 0 ",
    "DMA free:",
    "DMA: ",
    "Normal free:",
    "Normal: ",
    "lowmem_reserve[]:",
    "Hardware name:",
    "Swap cache stats:",
    "Free swap ",
    "Total swap ",
    "Tasks state (memory",
    "CPU: ",
    "Pid: ",
    "[ pid ]",
    "Task in ",
    "memory: usage ",
    "Memory cgroup "
  };

  /** Of these nothing follows the last character. */
  private static final int WHOLE_ANCHORS = 4;

  private static final int FARTHEST = 200;
  private static final int FEWEST = 3;

  /** As many lines with anchors tell it. */
  private static final int ENOUGH = 24;

  private final String before;
  private final String behind;

  private Frame(String before, String behind) {
    this.before = before;
    this.behind = behind;
  }

  /** What is in the frame; the line itself if it is not in this frame. */
  public String open(String raw) {
    if (this == NONE) {
      return raw;
    }
    String line = Envelope.open(raw);
    int from = end(line);
    if (from < 0) {
      return line;
    }
    String text = line.stripTrailing();
    boolean both = text.endsWith(behind) && text.length() - behind.length() >= from;
    int to = both ? text.length() - behind.length() : Math.max(from, text.length());
    return text.substring(Math.min(from, to), to);
  }

  /** Where the frame's beginning ends in a line; -1 if the line begins in another way. */
  private int end(String line) {
    int at = 0;
    for (int i = 0; i < before.length(); i++) {
      char c = before.charAt(i);
      int from = at;
      if (c == '0' || c == ' ') {
        while (at < line.length() && kind(line.charAt(at)) == c) {
          at++;
        }
        boolean mayLack = c == ' ' && (i == 0 || i == before.length() - 1);
        if (at == from && !mayLack) {
          return -1;
        }
      } else if (at < line.length() && line.charAt(at) == c) {
        at++;
      } else {
        return -1;
      }
    }
    return at;
  }

  private static char kind(char c) {
    return Cursor.isDigit(c) ? '0' : c == '\t' ? ' ' : c;
  }

  /** The frame that most of some lines are in. */
  public static Frame learn(Iterable<String> lines) {
    Map<String, Integer> beginnings = new HashMap<>();
    List<String> ends = new ArrayList<>();
    int anchors = 0;
    for (String raw : lines) {
      String line = Envelope.open(raw).stripTrailing();
      int index = anchor(line);
      if (index < 0) {
        continue;
      }
      int at = line.indexOf(ANCHORS[index]);
      String foreign = foreign(line, at);
      boolean whole = index < WHOLE_ANCHORS && at + ANCHORS[index].length() == line.length();
      anchors++;
      beginnings.merge(foreign, 1, Integer::sum);
      ends.add(line);
      boolean plain = foreign.isEmpty() && endsAsUsual(line);
      if (anchors == ENOUGH || (plain && (whole || anchors == FEWEST) && isOnly(beginnings))) {
        break;
      }
    }
    return anchors < FEWEST ? NONE : of(beginnings, ends);
  }

  private static boolean isOnly(Map<String, Integer> beginnings) {
    return beginnings.size() == 1;
  }

  private static Frame of(Map<String, Integer> beginnings, List<String> ends) {
    Map.Entry<String, Integer> most =
        Collections.max(beginnings.entrySet(), Map.Entry.comparingByValue());
    boolean agreed = 10 * most.getValue() >= 7 * ends.size();
    String before = agreed ? most.getKey() : "";
    String behind = commonEnd(ends);
    return before.isEmpty() && behind.isEmpty() ? NONE : new Frame(before, behind);
  }

  /** The last characters of the kernel's own lines are of words and lists. */
  private static boolean endsAsUsual(String line) {
    char last = line.charAt(line.length() - 1);
    return Character.isLetterOrDigit(last) || last == ':' || last == ')';
  }

  /** What most lines end with, if the kernel ends none so. */
  private static String commonEnd(List<String> lines) {
    Map<String, Integer> ends = new HashMap<>();
    for (String line : lines) {
      int from = line.length();
      while (from > 0 && !endsAsUsual(line.substring(0, from))) {
        from--;
      }
      // A closing tag has a name.
      int tag = line.endsWith(">") ? line.lastIndexOf("</") : -1;
      ends.merge(line.substring(tag > 0 ? tag : from), 1, Integer::sum);
    }
    Map.Entry<String, Integer> most =
        Collections.max(ends.entrySet(), Map.Entry.comparingByValue());
    return 10 * most.getValue() >= 7 * lines.size() ? most.getKey() : "";
  }

  /** Which anchor a line has near its beginning; -1 if none. */
  private static int anchor(String line) {
    int best = -1;
    int first = FARTHEST;
    for (int i = 0; i < ANCHORS.length; i++) {
      int at = line.indexOf(ANCHORS[i]);
      if (at >= 0 && at < first) {
        first = at;
        best = i;
      }
    }
    return best;
  }

  /** The shape of what stands in front and is no logger's mark that is known. */
  private static String foreign(String line, int anchor) {
    for (int from = 0; from <= anchor; from++) {
      boolean wordBegins = from == 0 || !Character.isLetterOrDigit(line.charAt(from - 1));
      if (wordBegins || from == anchor) {
        LinePrefix rest = new LinePrefix(line.substring(from));
        boolean reaches = isBlank(line, from + rest.textAt(), anchor);
        if (reaches && (from == 0 || rest.found() || from == anchor)) {
          return shape(line.substring(0, from));
        }
      }
    }
    return shape(line.substring(0, anchor));
  }

  private static boolean isBlank(String line, int from, int to) {
    return from <= to && line.substring(from, to).isBlank();
  }

  /** Numbers as 0, blanks as one. */
  private static String shape(String text) {
    StringBuilder shape = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = kind(text.charAt(i));
      char last = shape.isEmpty() ? 0 : shape.charAt(shape.length() - 1);
      if (c != last || (c != '0' && c != ' ')) {
        shape.append(c);
      }
    }
    return shape.toString();
  }
}
