package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Tells whether a line that no head explains is the rest of a line that was wrapped, and how. */
final class Continuation {
  private static final List<String> CPU_KEYS =
      List.of("Comm:", "comm:", "PID:", "UID:", "tainted", "Tainted:", "Kdump:");
  private static final List<String> KILL_KEYS =
      List.of(
          "total-vm:",
          "anon-rss:",
          "file-rss:",
          "shmem-rss:",
          "pgtables:",
          "oom_score_adj:",
          "vsz:",
          "UID:",
          "score ",
          "sacrifice",
          "a child",
          "process ");
  private static final List<String> OOM_KILL_KEYS =
      List.of(
          "nodemask=",
          "cpuset=",
          "mems_allowed=",
          "global_oom",
          "oom_memcg=",
          "task_memcg=",
          "task=",
          "pid=",
          "uid=");
  private static final String LIMIT_OF = " killed as a result of limit of ";
  private static final List<String> PANIC_KEYS =
      List.of("panic_on_oom", "system-wide", "compulsory", "killable processes", "is enabled");
  private static final Set<String> MEMCG_WORDS = Set.of("usage", "limit", "failcnt");

  private Continuation() {}

  /**
   * How a line goes on with a statement.
   *
   * @param adjacent whether nothing is between them, and the line has no prefix of its own
   */
  static Seam of(Statement open, String more, boolean adjacent) {
    String text = open.text();
    Seam seam =
        switch (open.kind()) {
          case ZONE, NODE -> WordShape.COUNTER.seam(text, more);
          case PAGES -> WordShape.PAGES.seam(text, more);
          case RESERVE -> reserve(text, more);
          case BLOCKS -> blocks(text, more);
          case HUGE -> WordShape.HUGE.seam(text, more);
          case HEADER -> HeaderLine.seam(text, more, adjacent);
          case CPU -> cpu(text, more);
          case TOTAL -> TotalLine.seam(text, more);
          case SWAP -> swap(text, more);
          case SLAB -> !SlabLine.isWhole(text) && WordShape.isSize(more) ? Seam.SPACE : Seam.NONE;
          case MEMCG -> memcg(text, more);
          case OOM_KILL -> oomKill(text, more, adjacent);
          case KILL -> kill(text, more, adjacent);
          case PANIC -> adjacent || keyed(PANIC_KEYS, more) ? Seam.SPACE : Seam.NONE;
          case TASK_HEAD -> TaskColumns.areNames(more) ? Seam.SPACE : Seam.NONE;
          case PENDING -> pending(text);
          default -> Seam.NONE;
        };
    return seam == Seam.SPACE && endsInHyphen(text) ? Seam.GLUE : seam;
  }

  /** What makes a line of zones whole is told by its head; anything else is between its pieces. */
  private static Seam pending(String text) {
    boolean zones = text.startsWith("Node") || text.endsWith(":");
    return zones ? Seam.NONE : Seam.SPACE;
  }

  /** Mail programs also break behind a hyphen. */
  private static boolean endsInHyphen(String text) {
    int last = text.length() - 1;
    return last > 0 && text.charAt(last) == '-' && Character.isLetterOrDigit(text.charAt(last - 1));
  }

  private static boolean keyed(List<String> keys, String more) {
    for (String key : keys) {
      if (more.contains(key)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a line has one of some words, or the second half of one that another began. */
  private static boolean keyed(List<String> keys, String text, String more) {
    if (keyed(keys, more)) {
      return true;
    }
    String word = text.substring(text.lastIndexOf(' ') + 1);
    return !keyed(keys, word) && keyed(keys, word + more);
  }

  private static Seam kill(String text, String more, boolean adjacent) {
    boolean inName = text.lastIndexOf('(') > text.lastIndexOf(')');
    boolean name = text.endsWith(" process") || (adjacent && inName && more.indexOf(')') >= 0);
    String first = new Cursor(more).word();
    boolean torn = !keyed(KILL_KEYS, first) && keyed(KILL_KEYS, text, first);
    if (torn || figureIsCut(text, more)) {
      return Seam.GLUE;
    }
    return name || keyed(KILL_KEYS, more) ? Seam.SPACE : Seam.NONE;
  }

  /** {@code anon-rss:5} and {@code 19044kB}. */
  private static boolean figureIsCut(String text, String more) {
    String word = text.substring(text.lastIndexOf(' ') + 1);
    int colon = word.indexOf(':');
    String digits = new Cursor(more).digits();
    return colon > 0
        && Cursor.isNumber(word.substring(colon + 1))
        && !digits.isEmpty()
        && more.startsWith("kB", digits.length());
  }

  private static Seam reserve(String text, String more) {
    boolean numbers = Arrays.stream(more.split(" +", -1)).allMatch(Cursor::isNumber);
    if (!numbers) {
      return Seam.NONE;
    }
    return text.endsWith("[") || text.endsWith("[]") ? Seam.NONE : Seam.SPACE;
  }

  private static Seam blocks(String text, String more) {
    int sum = text.indexOf('=');
    boolean whole = sum > 0 && text.endsWith("B");
    return whole ? Seam.NONE : WordShape.BLOCKS.seam(text, more);
  }

  private static Seam cpu(String text, String more) {
    int taint = text.indexOf("ainted");
    String named = taint < 0 ? null : ReleaseWord.find(text, taint);
    if (named != null && !named.endsWith("-")) {
      return Seam.NONE;
    }
    boolean release = taint >= 0 && more.contains(" #");
    return release || keyed(CPU_KEYS, more) ? Seam.SPACE : Seam.NONE;
  }

  private static Seam swap(String text, String more) {
    if (text.endsWith("B")) {
      return Seam.NONE;
    }
    String rest = more.startsWith("=") ? more.substring(1).strip() : more;
    return rest.isEmpty() || WordShape.isSize(rest) ? Seam.SPACE : Seam.NONE;
  }

  private static Seam memcg(String text, String more) {
    String first = new Cursor(more).word().replace(",", "");
    boolean figures = MEMCG_WORDS.contains(first) || WordShape.isSize(first);
    if (text.contains(": usage")) {
      boolean open = !text.contains("failcnt ");
      boolean count = text.endsWith("failcnt") && Cursor.isNumber(more);
      return open && (figures || count) ? Seam.SPACE : Seam.NONE;
    }
    if (text.startsWith("Task in ")) {
      return text.contains(LIMIT_OF) ? Seam.NONE : taskSeam(text, more);
    }
    boolean headless = text.startsWith("Memory cgroup stats") && !text.contains(": ");
    if (headless && (more.startsWith("/") || more.startsWith("for "))) {
      return Seam.SPACE;
    }
    return WordShape.COUNTER.seam(text, more);
  }

  /** {@code Task in /group killed as a result of limit of /group}. */
  private static Seam taskSeam(String text, String more) {
    String whole = text + ' ' + more;
    int path = whole.indexOf(' ', "Task in ".length());
    String rest = path < 0 ? "" : whole.substring(path);
    return rest.startsWith(LIMIT_OF) || LIMIT_OF.startsWith(rest) ? Seam.SPACE : Seam.NONE;
  }

  /** The line has blanks only in the task's name. */
  private static Seam oomKill(String text, String more, boolean adjacent) {
    if (text.contains(",uid=") || !(adjacent || keyed(OOM_KILL_KEYS, text, more))) {
      return Seam.NONE;
    }
    int task = text.lastIndexOf(",task=");
    return task > 0 && text.indexOf(',', task + 1) < 0 ? Seam.SPACE : Seam.GLUE;
  }
}
