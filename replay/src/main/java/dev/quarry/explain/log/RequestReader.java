package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;
import dev.quarry.replay.read.Quote;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the request from a report's first lines: {@code warn_alloc} (mm/page_alloc.c), {@code
 * dump_header} (mm/oom_kill.c), and the lines that vmalloc, the cpuset and the stack dump print
 * before or after.
 */
final class RequestReader {
  private static final int MASK_RADIX = 16;
  private static final String[] VMALLOC_HEADS = {
    "vmalloc: allocation failure, allocated ",
    "vmalloc: allocation failure: ",
    "vmalloc error: size ",
    "vmalloc size "
  };

  private final Problems problems;
  private @Nullable ReportKind kind;
  private OptionalInt order = OptionalInt.empty();
  private OptionalLong mask = OptionalLong.empty();
  private @Nullable String maskNames;
  private @Nullable String nodemask;
  private @Nullable String cpuset;
  private @Nullable String memsAllowed;
  private @Nullable String comm;
  private int pid = LoggedRequest.NO_PID;
  private OptionalLong stalledMillis = OptionalLong.empty();
  private OptionalLong vmallocBytes = OptionalLong.empty();
  private @Nullable String detail;
  private OptionalInt scoreAdj = OptionalInt.empty();
  private boolean pagesAsked;

  RequestReader(Problems problems) {
    this.problems = problems;
  }

  /** A first line; vmalloc has two in some releases. */
  void header(Statement line) {
    String text = line.text();
    if (HeaderLine.isSysRq(text)) {
      kind = ReportKind.SHOW_MEMORY;
    } else if (HeaderLine.isOom(text)) {
      kind = ReportKind.OOM;
      name(text, "invoked oom-killer");
      mask(line, "gfp_mask=");
      order(line, "order=");
      score(line);
    } else if (HeaderLine.isVmalloc(text)) {
      vmalloc(line);
    } else {
      pages(line);
    }
    sets(text);
  }

  private void pages(Statement line) {
    String text = line.text();
    boolean stall = HeaderLine.isStall(text);
    if (kind != ReportKind.VMALLOC) {
      kind = stall ? ReportKind.ALLOCATION_STALL : ReportKind.PAGE_ALLOCATION_FAILURE;
    }
    name(text, stall ? "page allocation stalls" : "page allocation failure");
    mask(line, "mode:");
    order(line, "order:");
    int waited = text.indexOf("stalls for ");
    if (waited >= 0) {
      stalledMillis = figure(line, waited + 11, "the stall");
    }
  }

  private void vmalloc(Statement line) {
    kind = ReportKind.VMALLOC;
    String text = line.text();
    name(text, "vmalloc");
    mask(line, "mode:");
    int end = text.indexOf(", mode:");
    for (String head : VMALLOC_HEADS) {
      int at = text.indexOf(head);
      if (at >= 0) {
        Cursor cursor = new Cursor(text, at + head.length());
        String bytes = cursor.digits();
        String rest = text.substring(cursor.at(), end < cursor.at() ? text.length() : end);
        if (cursor.skip(" of ")) {
          bytes = cursor.digits();
          rest = text.substring(at + 9, Math.max(cursor.at(), end)).strip();
          order = OptionalInt.of(0);
        }
        Long size = bytes.isEmpty() ? null : problems.number(bytes, line.line(), "the size");
        vmallocBytes = size == null ? OptionalLong.empty() : OptionalLong.of(size);
        detail = stripped(rest);
        break;
      }
    }
    order(line, "page order ");
    pagesAsked = order.isPresent();
  }

  private static @Nullable String stripped(String rest) {
    String text = rest.strip();
    while (text.startsWith(",") || text.startsWith(":")) {
      text = text.substring(1).strip();
    }
    return text.isEmpty() || "bytes".equals(text) ? null : text;
  }

  /** What precedes the words of a kind: {@code worker: }, {@code worker }. */
  private void name(String text, String words) {
    int at = text.indexOf(words);
    String before = at < 0 ? "" : text.substring(0, at).strip();
    if (before.endsWith(":")) {
      before = before.substring(0, before.length() - 1);
    }
    if (!before.isEmpty()) {
      comm = utf8(before);
    }
  }

  /** Names of tasks are bytes; lines were read a character for each. */
  static String utf8(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void mask(Statement line, String key) {
    String text = line.text();
    int at = text.indexOf(key);
    if (at < 0) {
      return;
    }
    pagesAsked = true;
    int from = at + key.length();
    from += text.startsWith(" ", from) ? 1 : 0;
    from += text.startsWith("0x", from) ? 2 : 0;
    int end = from;
    while (end < text.length() && Character.digit(text.charAt(end), MASK_RADIX) >= 0) {
      end++;
    }
    String digits = text.substring(from, end);
    try {
      mask = OptionalLong.of(Long.parseUnsignedLong(digits, MASK_RADIX));
    } catch (NumberFormatException e) {
      problems.add(
          line.lineAt(at), "the mask " + Quote.of("0x" + digits) + " is no mask; it is left out");
    }
    int close = text.indexOf(')', end);
    if (text.startsWith("(", end) && close > 0) {
      maskNames = text.substring(end + 1, close).replace(" ", "");
    }
  }

  private void order(Statement line, String key) {
    OptionalInt printed = integer(line, key, "the order");
    if (printed.isPresent()) {
      order = printed;
      pagesAsked = true;
    }
  }

  private void score(Statement line) {
    for (String key : new String[] {"oom_score_adj=", "oomkilladj=", "oom_adj="}) {
      scoreAdj = integer(line, key, "the score");
      if (scoreAdj.isPresent()) {
        return;
      }
    }
  }

  private OptionalInt integer(Statement line, String key, String what) {
    String text = line.text();
    int at = text.indexOf(key);
    if (at < 0) {
      return OptionalInt.empty();
    }
    Cursor cursor = new Cursor(text, at + key.length());
    cursor.skipSpaces();
    boolean negative = cursor.skip('-');
    String digits = cursor.digits();
    if (digits.isEmpty()) {
      return OptionalInt.empty();
    }
    Long value = problems.number(digits, line.lineAt(at), what);
    if (value == null || value > Integer.MAX_VALUE) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(negative ? -value.intValue() : value.intValue());
  }

  private OptionalLong figure(Statement line, int at, String what) {
    String digits = new Cursor(line.text(), at).digits();
    Long value = digits.isEmpty() ? null : problems.number(digits, line.lineAt(at), what);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /** {@code nodemask=(null),cpuset=/,mems_allowed=0}, or {@code worker cpuset=/ mems_allowed=0}. */
  void sets(String text) {
    nodemask = value(text, "nodemask=", nodemask);
    cpuset = value(text, "cpuset=", cpuset);
    memsAllowed = value(text, "mems_allowed=", memsAllowed);
  }

  private static @Nullable String value(String text, String key, @Nullable String known) {
    int at = text.indexOf(key);
    if (known != null || at < 0) {
      return known;
    }
    int from = at + key.length();
    int end = from;
    boolean path = "cpuset=".equals(key);
    int mems = path ? text.indexOf("mems_allowed=", from) : -1;
    if (mems > from) {
      end = mems - 1;
    } else {
      while (end < text.length() && isSetPart(text, end, path)) {
        end++;
      }
    }
    return text.substring(from, end).replace(" ", "");
  }

  /** A list of nodes has commas; the next key has letters. */
  private static boolean isSetPart(String text, int at, boolean path) {
    char c = text.charAt(at);
    if (c == ' ') {
      return false;
    }
    boolean digitNext = at + 1 < text.length() && Cursor.isDigit(text.charAt(at + 1));
    return c != ',' || (!path && digitNext);
  }

  /** {@code CPU: 0 PID: 4711 Comm: worker Not tainted …}. */
  void cpu(Statement line) {
    String text = line.text();
    int at = Math.max(text.indexOf("PID: "), text.indexOf("Pid: "));
    if (pid == LoggedRequest.NO_PID && at >= 0 && kind != null) {
      String digits = new Cursor(text, at + 5).digits();
      pid = digits.isEmpty() ? pid : problems.small(digits, line.lineAt(at), "the pid");
    }
    int name = Math.max(text.indexOf("Comm: "), text.indexOf("comm: "));
    int end = Math.max(text.indexOf(" Not tainted"), text.indexOf(" Tainted: "));
    int dump = text.indexOf(" Kdump: ");
    end = dump > name ? dump : end;
    if (comm == null && name >= 0 && end > name + 6) {
      comm = utf8(text.substring(name + 6, end).strip());
    }
  }

  @Nullable ReportKind kind() {
    return kind;
  }

  OptionalInt scoreAdj() {
    return scoreAdj;
  }

  /** Says what the first line should have and has not. */
  void check(long line) {
    if (kind == null || kind == ReportKind.SHOW_MEMORY) {
      return;
    }
    if (mask.isEmpty() && (pagesAsked || kind != ReportKind.VMALLOC)) {
      problems.add(line, "the first line has no gfp mask: it is cut off");
    }
    if (order.isEmpty() && kind != ReportKind.VMALLOC) {
      problems.add(line, "the first line has no order: it is cut off");
    }
  }

  /** The request; null where the report is of none. */
  @Nullable LoggedRequest request() {
    if (kind == null || kind == ReportKind.SHOW_MEMORY) {
      return null;
    }
    return new LoggedRequest(
        order,
        mask,
        maskNames,
        nodemask,
        cpuset,
        memsAllowed,
        comm,
        pid,
        stalledMillis,
        vmallocBytes,
        detail);
  }
}
