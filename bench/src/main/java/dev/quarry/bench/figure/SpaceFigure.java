package dev.quarry.bench.figure;

import dev.quarry.bench.probe.SpaceProbe;
import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Measured;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.CProgram;
import dev.quarry.bench.run.Comparison;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.run.Effort;
import dev.quarry.bench.run.Programs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * V1 to V4: what a process asks of its address space, beside the same asked of the kernel that is
 * running. Both sides run one workload after the other in processes of their own.
 */
final class SpaceFigure implements Figure {
  private static final List<String> JVM_ARGS = List.of("-Xbatch", "-Xms512m", "-XX:+UseSerialGC");
  private static final String UNIT = "ns";
  private static final Subject KERNEL = Subject.peer("the kernel");
  private static final String OURS = Subjects.QUARRY.name();

  private static final Case ZERO = new Case("zeroing of a hot page", "zero");
  private static final Case FAULT = new Case("demand-zero fault, hot frame", "fault");
  private static final Case FIRST = new Case("demand-zero fault, frame never touched", "first");
  private static final Case MAP = new Case("mmap and munmap of 64 KiB", "map");
  private static final Case PROTECT = new Case("mprotect: split and merge", "protect");
  private static final Case USED = new Case("the same, pages in the area", "protect-used");
  private static final Case FORK = new Case("fork, for each page", "fork");
  private static final Case COW = new Case("write that copies", "cow");
  private static final Case REUSE = new Case("write that reuses", "reuse");

  private final String id;
  private final String title;
  private final List<Case> cases;
  private final Function<List<Row>, List<Verdict>> verdicts;

  /** A row, and the workload that gives it. */
  private record Case(String row, String workload) {
    Row of(List<Row> rows) {
      return rows.stream().filter(one -> one.name().equals(row)).findFirst().orElseThrow();
    }

    Verdict toKernel(List<Row> rows, double bound) {
      return Verdict.ratio(of(rows), OURS, KERNEL.name(), bound);
    }

    double ours(List<Row> rows) {
      return of(rows).find(OURS).map(Measured::median).orElse(Double.NaN);
    }
  }

  private SpaceFigure(
      String id, String title, List<Case> cases, Function<List<Row>, List<Verdict>> verdicts) {
    this.id = id;
    this.title = title;
    this.cases = cases;
    this.verdicts = verdicts;
  }

  /** First writes to pages. */
  static SpaceFigure faults() {
    return new SpaceFigure(
        "V1",
        "a page of zeros given to the first write",
        List.of(FAULT, ZERO, FIRST),
        rows ->
            List.of(
                FAULT.toKernel(rows, 1.0 / 5),
                Verdict.atMost(
                    "fault beside the zeroing, nanoseconds",
                    FAULT.ours(rows) - ZERO.ours(rows),
                    60)));
  }

  /** Areas that come and go. */
  static SpaceFigure mappings() {
    return new SpaceFigure(
        "V2",
        "64 KiB mapped and unmapped",
        List.of(MAP),
        rows -> List.of(MAP.toKernel(rows, 1.0 / 30)));
  }

  /** Areas that are cut and become one again. */
  static SpaceFigure protections() {
    return new SpaceFigure(
        "V3",
        "pages in the middle of an area made read-only, and writable again",
        List.of(PROTECT, USED),
        rows -> List.of(PROTECT.toKernel(rows, 1.0 / 20), USED.toKernel(rows, 1.0 / 20)));
  }

  /** Processes that are copied, and write what they share. */
  static SpaceFigure copies() {
    return new SpaceFigure(
        "V4",
        "a process copied; pages written that two processes share, or shared",
        List.of(FORK, COW, REUSE),
        rows ->
            List.of(
                FORK.toKernel(rows, 1.0 / 8),
                COW.toKernel(rows, 1.0 / 8),
                REUSE.toKernel(rows, 1.0 / 8)));
  }

  @Override
  public FigureResult measure(Context context) throws IOException {
    Comparison comparison = new Comparison(context);
    Effort effort = context.effort();
    Optional<CProgram> program = CProgram.find(context, "spacebench", "the kernel is");
    for (Case one : cases) {
      List<String> arguments = new ArrayList<>(List.of(one.workload));
      arguments.addAll(effort.arguments());
      comparison.add(one.row, UNIT, Subjects.QUARRY, () -> quarry(arguments));
      program.ifPresent(c -> comparison.add(one.row, UNIT, KERNEL, () -> c.numbers(arguments)));
    }
    List<Row> rows = comparison.run(effort.rounds());
    context.note(
        "in a guest, the kernel's system calls and faults are slow, which flatters Quarry;"
            + " Quarry's are calls of methods, without a change of mode");
    return new FigureResult(
        id, title, FigureResult.Layout.SUBJECTS, rows, verdicts.apply(rows), context.takeNotes());
  }

  private static double[] quarry(List<String> arguments) throws IOException {
    String[] words = arguments.toArray(String[]::new);
    return Programs.numbers(Programs.fresh(SpaceProbe.class, JVM_ARGS, words));
  }
}
