package dev.quarry.bench.figure;

import dev.quarry.bench.probe.ReclaimProbe;
import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Measured;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.CProgram;
import dev.quarry.bench.run.Comparison;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.run.Programs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * RECLAIM: pages reclaimed in a second under both LRU policies, where {@code MADV_PAGEOUT} asks for
 * it beside the kernel that is running; and SWAP: what it costs that a page goes to swap and comes
 * back, the disk left out.
 */
final class ReclaimFigure implements Figure {
  private static final List<String> JVM_ARGS = List.of("-Xbatch", "-Xms512m", "-XX:+UseSerialGC");
  private static final double NANOS = 1e9;
  private static final double SWAP_NANOS = 2000;
  private static final Subject KERNEL = Subject.peer("the kernel");

  /** What can be asked of the kernel too. */
  private static final String OF_KERNEL = "-pageout";

  private static final Map<Subject, String> POLICIES = new LinkedHashMap<>();

  static {
    POLICIES.put(Subjects.QUARRY, "classic");
    POLICIES.put(Subject.ours(Subjects.QUARRY.name() + ", generations"), "mglru");
  }

  private final String id;
  private final String title;
  private final String unit;
  private final Map<String, String> workloads;

  private ReclaimFigure(String id, String title, String unit, Map<String, String> workloads) {
    this.id = id;
    this.title = title;
    this.unit = unit;
    this.workloads = workloads;
  }

  static ReclaimFigure reclaim() {
    Map<String, String> workloads = new LinkedHashMap<>();
    workloads.put("clean pages of a mapped file, MADV_PAGEOUT", "file-pageout");
    workloads.put("private pages to swap, MADV_PAGEOUT", "anon-pageout");
    workloads.put("clean pages of a mapped file, a request that waits", "file-direct");
    workloads.put("private pages to swap, a request that waits", "anon-direct");
    workloads.put("clean pages of a mapped file, kswapd", "file-kswapd");
    workloads.put("private pages to swap, kswapd", "anon-kswapd");
    return new ReclaimFigure("RECLAIM", "pages reclaimed in a second", "pages/s", workloads);
  }

  static ReclaimFigure swap() {
    Map<String, String> workloads = new LinkedHashMap<>();
    workloads.put("MADV_PAGEOUT, then a write", "swap");
    workloads.put("twice the memory written in turn: one in, another out", "thrash");
    return new ReclaimFigure("SWAP", "a page to swap and back, without a disk", "ns", workloads);
  }

  @Override
  public FigureResult measure(Context context) throws IOException {
    Comparison comparison = new Comparison(context);
    List<String> effort = context.effort().arguments();
    for (Map.Entry<String, String> one : workloads.entrySet()) {
      String workload = one.getValue();
      POLICIES.forEach((subject, policy) ->
          comparison.add(
              one.getKey(), unit, subject, () -> samples(quarry(workload, policy, effort))));
      if (workload.endsWith(OF_KERNEL)) {
        addKernel(context, comparison, one.getKey(), workload);
      }
    }
    List<Row> rows = comparison.run(context.effort().rounds());
    context.note("swap is in memory: a copy of 4 KiB for each page that goes, one for each back");
    context.note("each sample is the fastest of many passes, of both sides");
    return new FigureResult(
        id,
        title,
        FigureResult.Layout.SUBJECTS,
        rows,
        isSpeed() ? toKernel(rows) : toBound(rows),
        context.takeNotes());
  }

  private boolean isSpeed() {
    return !unit.equals("ns");
  }

  private double[] samples(double[] nanos) {
    return isSpeed() ? Arrays.stream(nanos).map(one -> NANOS / one).toArray() : nanos;
  }

  private static double[] quarry(String workload, String policy, List<String> effort)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of(workload, policy));
    arguments.addAll(effort);
    String[] words = arguments.toArray(String[]::new);
    return Programs.numbers(Programs.fresh(ReclaimProbe.class, JVM_ARGS, words));
  }

  /** The kernel's side, if it can reclaim such pages: private ones only where it has swap. */
  private void addKernel(Context context, Comparison comparison, String row, String workload)
      throws IOException {
    Optional<CProgram> program = CProgram.find(context, "reclaimbench", "the kernel is");
    if (program.isEmpty()) {
      return;
    }
    String folder = context.root().resolve("bench/target").toString();
    if (program.get().numbers(List.of(workload, folder, "0", "0", "1")).length == 0) {
      String why = workload.startsWith("anon") ? "has no swap" : "keeps the pages of its files";
      context.note(row + ": the kernel is missing, as this host " + why);
      return;
    }
    List<String> arguments = new ArrayList<>(List.of(workload, folder));
    arguments.addAll(context.effort().arguments());
    comparison.add(row, unit, KERNEL, () -> samples(program.get().numbers(arguments)));
  }

  private static List<Verdict> toKernel(List<Row> rows) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Row row : rows) {
      row.find(KERNEL.name())
          .ifPresent(kernel -> {
            for (Measured ours : row.ours()) {
              double ratio = ours.median() / kernel.median();
              String what = row.name() + ": " + ours.subject().name() + " / " + KERNEL.name();
              verdicts.add(Verdict.atLeast(what, ratio, 1));
            }
          });
    }
    return verdicts;
  }

  private static List<Verdict> toBound(List<Row> rows) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Row row : rows) {
      for (Measured ours : row.ours()) {
        String what = row.name() + ": " + ours.subject().name() + ", ns";
        verdicts.add(Verdict.atMost(what, ours.median(), SWAP_NANOS));
      }
    }
    return verdicts;
  }
}
