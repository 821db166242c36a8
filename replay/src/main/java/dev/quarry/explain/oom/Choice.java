package dev.quarry.explain.oom;

import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.OomDump;
import dev.quarry.explain.verdict.Words;
import dev.quarry.machine.KernelRelease;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Why this task was killed: every task of the table weighed anew, and who comes next. */
final class Choice {
  private final OomDump oom;
  private final Totals totals;
  private final Badness badness;

  Choice(MemoryReport report, OomDump oom, Totals totals) {
    this.oom = oom;
    this.totals = totals;
    KernelRelease release = report.release() == null ? KernelRelease.DEFAULT : report.release();
    this.badness = new Badness(release, totalPages(), Math.max(1, report.pageKb()) * 1024L);
  }

  /** A group's limit, else RAM and swap. */
  private long totalPages() {
    if (oom.memcg() != null) {
      for (Map.Entry<String, Long> line : oom.memcgLines().entrySet()) {
        if (line.getKey().contains("limit") && line.getKey().contains("memory")) {
          return totals.pages(Math.max(0, line.getValue()));
        }
      }
    }
    return totals.managed() + totals.swap();
  }

  List<String> sentences() {
    List<String> text = new ArrayList<>();
    if (oom.panicked() != null) {
      text.add("The kernel panicked instead of going on: " + oom.panicked());
    }
    if (oom.victims().isEmpty()) {
      return text;
    }
    OomDump.Victim victim = oom.victims().getFirst();
    text.add("Killed: " + name(victim.name(), victim.pid()) + sizes(victim) + ".");
    if (!badness.isKnown()) {
      text.add(
          "Why cannot be recomputed: before 2.6.36 the kernel weighed age, children and CPU time,"
              + " which the log does not have.");
    } else if (!oom.tasks().isEmpty()) {
      text.addAll(recomputed(victim));
    }
    for (OomDump.Victim other : oom.victims().subList(1, oom.victims().size())) {
      text.add("Killed with it: " + name(other.name(), other.pid()) + sizes(other) + ".");
    }
    return text;
  }

  private List<String> recomputed(OomDump.Victim victim) {
    List<OomDump.Task> order =
        oom.tasks().stream()
            .sorted(
                Comparator.comparingLong(badness::points)
                    .reversed()
                    .thenComparingInt(OomDump.Task::pid))
            .toList();
    Optional<OomDump.Task> found =
        order.stream()
            .filter(task -> task.pid() == victim.pid() || task.tgid() == victim.pid())
            .findFirst();
    if (found.isEmpty()) {
      return List.of("The task table does not have it: why it was chosen cannot be recomputed.");
    }
    OomDump.Task chosen = found.get();
    long points = badness.points(chosen);
    List<String> text = new ArrayList<>();
    long above = order.stream().filter(task -> badness.points(task) > points).count();
    text.add("Its badness is " + terms(chosen) + (above == 0 ? ", the highest of all." : "."));
    if (above > 0) {
      text.add(notTheWorst(order.getFirst()));
    }
    order.stream()
        .filter(task -> !task.equals(chosen) && task.tgid() != chosen.tgid())
        .filter(task -> badness.points(task) != Badness.UNKILLABLE)
        .findFirst()
        .ifPresent(next ->
            text.add(
                "Next would have been "
                    + name(next.name(), next.pid())
                    + " with "
                    + terms(next)
                    + "."));
    return text;
  }

  private String notTheWorst(OomDump.Task worst) {
    String child =
        badness.release().isAtLeast(5, 1)
            ? ""
            : ", or a child was killed in place of its parent, as kernels before 5.1 do";
    return "By the table "
        + name(worst.name(), worst.pid())
        + " comes first with "
        + terms(worst)
        + ": the task that asked may be the one to die (vm.oom_kill_allocating_task), only some"
        + " tasks may have been candidates (cpuset, memory group)"
        + child
        + ".";
  }

  private String terms(OomDump.Task task) {
    long points = badness.points(task);
    if (points == Badness.UNKILLABLE) {
      return "that of a task never to be killed (oom_score_adj -1000)";
    }
    StringBuilder out = new StringBuilder();
    out.append(Words.pages(points)).append(" (rss ").append(Words.count(task.rssPages()));
    if (task.swapPages() > 0) {
      out.append(", swapped ").append(Words.count(task.swapPages()));
    }
    if (task.pageTableBytes() > 0) {
      out.append(", page tables ").append(Words.count(task.pageTableBytes() / badness.pageBytes()));
    }
    if (task.oomScoreAdj() != 0) {
      out.append(", oom_score_adj ").append(task.oomScoreAdj());
    }
    return out.append(')').toString();
  }

  private static String name(String name, int pid) {
    return name + " (" + pid + ")";
  }

  private static String sizes(OomDump.Victim victim) {
    List<String> sizes = new ArrayList<>();
    add(sizes, "anonymous", victim.anonRssKb());
    add(sizes, "file", victim.fileRssKb());
    add(sizes, "shared", victim.shmemRssKb());
    add(sizes, "page tables", victim.pageTablesKb());
    return sizes.isEmpty() ? "" : ", " + Words.list(sizes);
  }

  private static void add(List<String> sizes, String what, long kb) {
    if (kb > 0) {
      sizes.add(Words.size(kb) + " " + what);
    }
  }
}
