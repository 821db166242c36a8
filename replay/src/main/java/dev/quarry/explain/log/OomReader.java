package dev.quarry.explain.log;

import dev.quarry.explain.log.OomDump.Task;
import dev.quarry.explain.log.OomDump.Victim;
import dev.quarry.explain.log.text.Cursor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what an oom-killer report has besides the memory ({@code dump_header} and {@code
 * oom_kill_process}, mm/oom_kill.c).
 */
final class OomReader {
  /** Counters of a group's {@code memory.stat} that are bytes. */
  private static final Set<String> STAT_BYTES =
      Set.of(
          "anon",
          "file",
          "kernel",
          "kernel_stack",
          "pagetables",
          "sec_pagetables",
          "percpu",
          "sock",
          "vmalloc",
          "shmem",
          "slab",
          "slab_reclaimable",
          "slab_unreclaimable");

  private static final String CONSTRAINT = "constraint=";
  private static final String OOM_MEMCG = "oom_memcg=";
  private static final String LIMIT_OF = "as a result of limit of ";

  private final Problems problems;
  private @Nullable String constraint;
  private @Nullable String memcg;
  private boolean ofGroup;
  private final Map<String, Long> memcgLines = new LinkedHashMap<>();
  private @Nullable TaskColumns columns;
  private final List<Statement> rows = new ArrayList<>();
  private final List<Victim> victims = new ArrayList<>();
  private @Nullable String panicked;

  OomReader(Problems problems) {
    this.problems = problems;
  }

  /** Whether a memory group was at its limit: then the kernel may print no zones. */
  boolean isOfGroup() {
    return ofGroup;
  }

  void oomKill(Statement line) {
    String text = line.text();
    constraint = field(text, CONSTRAINT);
    String group = field(text, OOM_MEMCG);
    if (group != null) {
      memcg = group;
      ofGroup = true;
    }
  }

  private static @Nullable String field(String text, String key) {
    int at = text.indexOf(key);
    if (at < 0) {
      return null;
    }
    int end = text.indexOf(',', at);
    return text.substring(at + key.length(), end < 0 ? text.length() : end).replace(" ", "");
  }

  /**
   * {@code memory: usage 524288kB, limit 524288kB, failcnt 123}, and the lines before and after.
   */
  void memcg(Statement line) {
    String text = line.text();
    if (isStat(text)) {
      stat(line);
      return;
    }
    ofGroup = true;
    int limit = text.indexOf(LIMIT_OF);
    if (text.startsWith("Task in ")) {
      memcg = limit < 0 ? memcg : text.substring(limit + LIMIT_OF.length()).strip();
      return;
    }
    int usage = text.indexOf(": usage ");
    if (usage < 0) {
      int stats = text.startsWith("Memory cgroup stats") ? text.indexOf(": ") : -1;
      if (stats > 0) {
        CounterLine.readInto(memcgLines, line, stats + 2, problems);
      }
      return;
    }
    String name = text.substring(0, usage);
    for (String key : new String[] {"usage", "limit", "failcnt"}) {
      int at = text.indexOf(key + " ", usage);
      if (at > 0) {
        String digits = new Cursor(text, at + key.length() + 1).digits();
        Long value = digits.isEmpty() ? null : problems.number(digits, line.line(), key);
        if (value != null) {
          memcgLines.put(name + " " + key, value);
        }
      }
    }
  }

  /** Whether a text is a line of {@code memory.stat} that counts bytes: {@code anon 536870912}. */
  static boolean isStat(String text) {
    int blank = text.indexOf(' ');
    return blank > 0
        && STAT_BYTES.contains(text.substring(0, blank))
        && Cursor.isNumber(text.substring(blank + 1));
  }

  private void stat(Statement line) {
    String text = line.text();
    int blank = text.indexOf(' ');
    Long bytes = problems.number(text.substring(blank + 1), line.line(), "memory.stat");
    if (bytes != null) {
      memcgLines.putIfAbsent(text.substring(0, blank), bytes >> 10);
    }
  }

  void columns(Statement line) {
    columns = TaskColumns.of(line.text());
  }

  void task(Statement line) {
    rows.add(line);
  }

  void kill(Statement line) {
    String text = line.text();
    ofGroup |= text.startsWith("Memory cgroup");
    int at = text.toLowerCase(Locale.ROOT).indexOf("process ");
    if (at < 0) {
      return;
    }
    Cursor cursor = new Cursor(text, at + 8);
    String digits = cursor.digits();
    cursor.skipSpaces();
    if (digits.isEmpty() || !cursor.skip('(')) {
      return;
    }
    int pid = problems.small(digits, line.line(), "the pid");
    String rest = text.substring(cursor.at());
    int close = nameEnd(rest);
    String name = RequestReader.utf8(rest.substring(0, close));
    Victim victim = victim(pid, name, rest, line.line());
    Victim last = victims.isEmpty() ? null : victims.getLast();
    if (last != null && last.totalVmKb() == OomDump.UNKNOWN) {
      // "Kill process" announces, "Killed process" says who it was: the same, or a child.
      victims.removeLast();
      long score = victim.score() == OomDump.UNKNOWN ? last.score() : victim.score();
      victim = withScore(victim, score);
    }
    victims.add(victim);
  }

  /** A name may have brackets itself; figures follow the last one. */
  private static int nameEnd(String rest) {
    int figures = rest.length();
    for (String key : new String[] {" total-vm:", " vsz:", " score ", ", UID "}) {
      int at = rest.indexOf(key);
      figures = at < 0 ? figures : Math.min(figures, at);
    }
    int close = rest.lastIndexOf(')', figures);
    return close < 0 ? rest.length() : close;
  }

  private Victim victim(int pid, String name, String rest, long line) {
    long total = size(rest, "total-vm:", line);
    total = total == OomDump.UNKNOWN ? size(rest, "vsz:", line) : total;
    long score = size(rest, ") score ", line);
    int adj = rest.indexOf("oom_score_adj:");
    OptionalInt adjustment = OptionalInt.empty();
    if (adj >= 0) {
      String word = new Cursor(rest, adj + 14).word();
      adjustment = OptionalInt.of(problems.small(word, line, "oom_score_adj"));
    }
    return new Victim(
        pid,
        name,
        total,
        size(rest, "anon-rss:", line),
        size(rest, "file-rss:", line),
        size(rest, "shmem-rss:", line),
        size(rest, "pgtables:", line),
        score,
        adjustment);
  }

  private static Victim withScore(Victim v, long score) {
    return new Victim(
        v.pid(),
        v.name(),
        v.totalVmKb(),
        v.anonRssKb(),
        v.fileRssKb(),
        v.shmemRssKb(),
        v.pageTablesKb(),
        score,
        v.oomScoreAdj());
  }

  private long size(String text, String key, long line) {
    int at = text.indexOf(key);
    if (at < 0) {
      return OomDump.UNKNOWN;
    }
    Cursor cursor = new Cursor(text, at + key.length());
    cursor.skipSpaces();
    String digits = cursor.digits();
    Long value = digits.isEmpty() ? null : problems.number(digits, line, key);
    return value == null ? OomDump.UNKNOWN : value;
  }

  void panic(Statement line) {
    panicked = line.text();
  }

  OomDump dump(OptionalInt scoreAdj, int pageKb) {
    List<Task> tasks = new ArrayList<>();
    TaskColumns head = columns;
    if (head == null && !rows.isEmpty()) {
      problems.add(rows.getFirst().line(), "the task table has no head; its rows are left out");
    } else if (head != null) {
      for (Statement row : rows) {
        Task task = TaskRow.parse(row, head, pageKb << 10, problems);
        if (task != null) {
          tasks.add(task);
        }
      }
    }
    return new OomDump(
        scoreAdj,
        constraint,
        memcg,
        Collections.unmodifiableMap(memcgLines),
        List.copyOf(tasks),
        List.copyOf(victims),
        panicked);
  }
}
