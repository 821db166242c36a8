package dev.quarry.bench.figure;

import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.CPeer;
import dev.quarry.bench.run.Comparison;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.run.JmhRun;
import dev.quarry.bench.work.BlockSequence;
import dev.quarry.bench.work.ReplaceNetty;
import dev.quarry.bench.work.ReplaceQuarry;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** P4: a random block is freed, another of 4 KiB to 4 MiB allocated; half of 1 GiB is live. */
final class LargeBlocks implements Figure {
  private static final double ONE_THREAD = 1.0 / 6;
  private static final double TWO_THREADS = 1.0 / 3;

  @Override
  public FigureResult measure(Context context) throws IOException {
    Comparison comparison = new Comparison(context);
    JmhRun jmh = new JmhRun(context);
    List<CPeer> inC = CPeer.find(context);
    for (int threads = 1; threads <= 2; threads++) {
      add(comparison, context, jmh, inC, threads);
    }
    List<Row> rows = comparison.run(context.effort().rounds());
    return new FigureResult(
        "P4",
        "a random block freed, another allocated: 4 KiB to 4 MiB, half of 1 GiB live",
        FigureResult.Layout.SUBJECTS,
        rows,
        List.of(
            Verdict.ratio(rows.get(0), Subjects.QUARRY.name(), Subjects.MIMALLOC, ONE_THREAD),
            Verdict.ratio(
                rows.get(0), Subjects.QUARRY_ALL_ORDERS.name(), Subjects.MIMALLOC, ONE_THREAD),
            Verdict.ratio(
                rows.get(1), Subjects.QUARRY_ALL_ORDERS.name(), Subjects.MIMALLOC, TWO_THREADS)),
        context.takeNotes());
  }

  private static void add(
      Comparison comparison, Context context, JmhRun jmh, List<CPeer> inC, int threads) {
    String row = threads == 1 ? "1 thread" : threads + " threads";
    String unit = "ns";
    Class<?> quarry = ReplaceQuarry.class;
    Class<?> netty = ReplaceNetty.class;
    comparison.add(
        row,
        unit,
        Subjects.QUARRY,
        () -> jmh.nanos(quarry, "replace", threads, Map.of("percpuMaxOrder", "3")));
    comparison.add(
        row,
        unit,
        Subjects.QUARRY_ALL_ORDERS,
        () -> jmh.nanos(quarry, "replace", threads, Map.of("percpuMaxOrder", "10")));
    int blocks = BlockSequence.BLOCKS / threads;
    for (CPeer peer : inC) {
      comparison.add(
          row,
          unit,
          dev.quarry.bench.report.Subject.peer(peer.name()),
          () -> peer.nanos(context.effort(), "replace", threads, BlockSequence.SEED, blocks, 0));
    }
    comparison.add(
        row,
        unit,
        Subjects.NETTY_POOLED,
        () -> jmh.nanos(netty, "replace", threads, Map.of("netty", "pooled")));
    comparison.add(
        row,
        unit,
        Subjects.NETTY_LARGE_CHUNKS,
        () -> jmh.nanos(netty, "replace", threads, Map.of("netty", "pooled32M")));
    comparison.add(
        row,
        unit,
        Subjects.NETTY_ADAPTIVE,
        () -> jmh.nanos(netty, "replace", threads, Map.of("netty", "adaptive")));
  }
}
