package dev.quarry.explain.log;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The head of the task table ({@code dump_tasks}, mm/oom_kill.c), whose columns differ from release
 * to release.
 *
 * @param names behind {@code [ pid ]}, in order, the last of them {@code name}
 */
record TaskColumns(List<String> names) {
  private static final Set<String> KNOWN =
      Set.of(
          "uid",
          "tgid",
          "total_vm",
          "rss",
          "cpu",
          "nr_ptes",
          "nr_pmds",
          "rss_anon",
          "rss_file",
          "rss_shmem",
          "pgtables_bytes",
          "swapents",
          "oom_adj",
          "oom_score_adj",
          "name");

  static TaskColumns of(String head) {
    int close = head.indexOf(']');
    String columns = close < 0 ? "" : head.substring(close + 1).strip();
    return new TaskColumns(columns.isEmpty() ? List.of() : List.of(columns.split(" +", -1)));
  }

  /** Whether all words are names of columns. */
  static boolean areNames(String text) {
    String words = text.startsWith("]") ? text.substring(1).strip() : text;
    return Arrays.stream(words.split(" +", -1)).allMatch(KNOWN::contains);
  }

  /** Where a column is; -1 if the table has none of that name. */
  int indexOf(String name) {
    return names.indexOf(name);
  }

  /** How many columns are numbers. */
  int numbers() {
    int name = indexOf("name");
    return name < 0 ? names.size() : name;
  }
}
