package dev.quarry.bench.figure;

import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.CProgram;
import dev.quarry.bench.run.Comparison;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.run.JmhRun;
import dev.quarry.bench.work.TlbQuarry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * V5: translations through a modelled TLB, beside a program of C with the same geometry, the same
 * replacement and the same four levels of tables.
 */
final class TlbFigure implements Figure {
  private static final double TO_C = 1.2;
  private static final String UNIT = "ns";
  private static final Subject WALKER = Subject.peer("the walker in C");
  private static final Subject TABLES = Subject.ours("Quarry, tables alone");

  private record Case(String row, String access, String geometry) {}

  private static final List<Case> CASES =
      List.of(
          new Case("random over 1 GiB, 64 entries", "random", "64/4"),
          new Case("random over 1 GiB, 64 + 1,536 entries", "random", "64/4+1536/12"),
          new Case("sequential, 64 entries", "sequential", "64/4"));

  @Override
  public FigureResult measure(Context context) throws IOException {
    Comparison comparison = new Comparison(context);
    JmhRun jmh = new JmhRun(context);
    Optional<CProgram> program = CProgram.find(context, "tlbwalk", "the walker in C is");
    for (Case one : CASES) {
      Map<String, String> params = Map.of("geometry", one.geometry);
      comparison.add(
          one.row, UNIT, Subjects.QUARRY, () -> jmh.nanos(TlbQuarry.class, one.access, 1, params));
      List<String> arguments = new ArrayList<>(List.of(one.access, one.geometry));
      arguments.addAll(context.effort().arguments());
      program.ifPresent(c -> comparison.add(one.row, UNIT, WALKER, () -> c.numbers(arguments)));
    }
    comparison.add(
        "random over 1 GiB, no TLB",
        UNIT,
        TABLES,
        () -> jmh.nanos(TlbQuarry.class, "tablesAlone", 1, Map.of()));
    List<Row> rows = comparison.run(context.effort().rounds());
    context.note("a modelled TLB is slower than none: it counts, and saves nothing");
    List<Verdict> verdicts = new ArrayList<>();
    for (Row row : program.isPresent() ? rows.subList(0, CASES.size()) : List.<Row>of()) {
      verdicts.add(Verdict.ratio(row, Subjects.QUARRY.name(), WALKER.name(), TO_C));
    }
    return new FigureResult(
        "V5",
        "translation of an address through a modelled TLB",
        FigureResult.Layout.SUBJECTS,
        rows,
        verdicts,
        context.takeNotes());
  }
}
