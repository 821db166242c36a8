package dev.quarry.explain.log;

import dev.quarry.explain.log.OomDump.Task;
import dev.quarry.explain.log.text.Cursor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of the task table: numbers under {@link TaskColumns}, and a name, which may have blanks.
 */
final class TaskRow {
  private static final int MOST_NUMBERS = 16;

  /** {@code TASK_COMM_LEN} and a little: names of workers are longer than other tasks'. */
  private static final int LONGEST_NAME = 20;

  private TaskRow() {}

  /**
   * How a line goes on with a row.
   *
   * @param next whether nothing is between them
   * @param adjacent whether, besides, the row has a prefix and the line has none
   */
  static Seam seam(String open, String more, TaskColumns columns, boolean next, boolean adjacent) {
    List<String> have = numbers(open.substring(open.indexOf(']') + 1), MOST_NUMBERS);
    int missing = columns.numbers() - have.size();
    if (missing <= 0) {
      String name = rest(open, columns.numbers());
      return adjacent || (next && name.isEmpty()) ? nameSeam(name, more) : Seam.NONE;
    }
    int found = numbers(more, missing).size();
    boolean whole = found == missing || found == more.split(" +", -1).length;
    return found > 0 && whole ? Seam.SPACE : Seam.NONE;
  }

  private static Seam nameSeam(String name, String more) {
    boolean other = !name.isEmpty() && more.indexOf(':') > 0;
    if (name.length() + more.length() > LONGEST_NAME || other) {
      return Seam.NONE;
    }
    return name.endsWith("-") ? Seam.GLUE : Seam.SPACE;
  }

  /** Reads a row; null if it is cut off. */
  static @Nullable Task parse(
      Statement row, TaskColumns columns, int pageBytes, Problems problems) {
    String text = row.text();
    Cursor cursor = new Cursor(text, 1);
    cursor.skipSpaces();
    String pid = cursor.digits();
    int close = text.indexOf(']');
    List<String> words = numbers(text.substring(close + 1), columns.numbers());
    String name = rest(text, words.size());
    if (words.size() < columns.numbers() || name.isEmpty()) {
      problems.add(row.line(), "the row of task " + pid + " is cut off; it is left out");
      return null;
    }
    Fields fields = new Fields(words, columns, row.line(), problems);
    long tables = fields.get("pgtables_bytes", 1);
    if (tables == OomDump.UNKNOWN) {
      tables = fields.get("nr_ptes", pageBytes);
      long middle = fields.get("nr_pmds", pageBytes);
      tables += middle == OomDump.UNKNOWN ? 0 : middle;
    }
    return new Task(
        problems.small(pid, row.line(), "pid"),
        (int) fields.get("uid", 1),
        (int) fields.get("tgid", 1),
        fields.get("total_vm", 1),
        fields.get("rss", 1),
        tables,
        fields.get("swapents", 1),
        fields.adjustment(),
        name);
  }

  /** The numbers with which a text begins. */
  private static List<String> numbers(String text, int most) {
    List<String> numbers = new ArrayList<>();
    Cursor cursor = new Cursor(text);
    cursor.skipSpaces();
    while (numbers.size() < most && !cursor.atEnd()) {
      String word = cursor.word();
      if (!Cursor.isNumber(word.startsWith("-") ? word.substring(1) : word)) {
        break;
      }
      numbers.add(word);
      cursor.skipSpaces();
    }
    return numbers;
  }

  /** What follows so many numbers. */
  private static String rest(String text, int numbers) {
    Cursor cursor = new Cursor(text, text.indexOf(']') + 1);
    for (int i = 0; i < numbers; i++) {
      cursor.skipSpaces();
      cursor.word();
    }
    return text.substring(Math.min(cursor.at(), text.length())).strip();
  }

  private record Fields(List<String> words, TaskColumns columns, long line, Problems problems) {
    /** A figure times a unit; {@link OomDump#UNKNOWN} if the table has no such column. */
    long get(String column, int unit) {
      int index = columns.indexOf(column);
      if (index < 0 || index >= words.size()) {
        return OomDump.UNKNOWN;
      }
      Long value = problems.number(words.get(index), line, column);
      return value == null || value > Long.MAX_VALUE / unit ? OomDump.UNKNOWN : value * unit;
    }

    int adjustment() {
      String column = columns.indexOf("oom_score_adj") >= 0 ? "oom_score_adj" : "oom_adj";
      int index = columns.indexOf(column);
      return index < 0 || index >= words.size()
          ? 0
          : problems.small(words.get(index), line, column);
    }
  }
}
