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
    String columns = head.substring(head.indexOf(']') + 1).strip();
    return new TaskColumns(List.of(columns.split(" +", -1)));
  }

  /** Whether all words are names of columns. */
  static boolean areNames(String text) {
    return Arrays.stream(text.split(" +", -1)).allMatch(KNOWN::contains);
  }

  /** Where a column is; -1 if the table has none of that name. */
  int indexOf(String name) {
    return names.indexOf(name);
  }

  /** How many columns are numbers. */
  int numbers() {
    return names.size() - 1;
  }
}
