package dev.quarry.bench.figure;

import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.run.CPeer;
import dev.quarry.bench.run.Comparison;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.run.JmhRun;
import dev.quarry.bench.work.PairNetty;
import dev.quarry.bench.work.PairQuarry;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * PAIR: one block allocated and freed; many pages allocated, then freed. One thread. No figure is
 * to be reached; the row is there to find what P4 and the slabs above pay for.
 */
final class Pairs implements Figure {
  private static final int PAGE_BYTES = 4096;
  private static final String UNIT = "ns";

  /**
   * One kind of pair.
   *
   * @param row its name in the table
   * @param method of the JMH classes, and workload of the C program
   */
  private record Kind(String row, String method, int order, int blocks) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind("4 KiB, from the CPU's lists", "pair", 0, 0),
          new Kind("64 KiB, from the zone's lists", "pair", 4, 0),
          new Kind("4 KiB, 65,536 in a row: refill and drain", "burst", 0, PairQuarry.BURST));

  @Override
  public FigureResult measure(Context context) throws IOException {
    Comparison comparison = new Comparison(context);
    JmhRun jmh = new JmhRun(context);
    List<CPeer> inC = CPeer.find(context);
    for (Kind kind : KINDS) {
      add(comparison, context, jmh, inC, kind);
    }
    List<Row> rows = comparison.run(context.effort().rounds());
    return new FigureResult(
        "PAIR",
        "a block allocated, its first 8 bytes written, freed; one thread, the CPU in hand",
        FigureResult.Layout.SUBJECTS,
        rows,
        List.of(),
        context.takeNotes());
  }

  private static void add(
      Comparison comparison, Context context, JmhRun jmh, List<CPeer> inC, Kind kind) {
    Map<String, String> order = Map.of("order", String.valueOf(kind.order));
    comparison.add(
        kind.row, UNIT, Subjects.QUARRY, () -> jmh.nanos(PairQuarry.class, kind.method, 1, order));
    for (CPeer peer : inC) {
      comparison.add(
          kind.row,
          UNIT,
          Subject.peer(peer.name()),
          () ->
              peer.nanos(
                  context.effort(), kind.method, 1, 1, kind.blocks, PAGE_BYTES << kind.order));
    }
    Map<String, String> pooled = Map.of("order", String.valueOf(kind.order), "netty", "pooled");
    comparison.add(
        kind.row,
        UNIT,
        Subjects.NETTY_POOLED,
        () -> jmh.nanos(PairNetty.class, kind.method, 1, pooled));
  }
}
