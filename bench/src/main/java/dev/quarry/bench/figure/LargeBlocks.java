package dev.quarry.bench.figure;

import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Subject;
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

/**
 * P4: a random block is freed, another of 4 KiB to 4 MiB allocated; half of 1 GiB is live. Once
 * nobody writes to the blocks, once the first 8 bytes of each are written: that costs all sides the
 * same misses of cache and TLB, which are no part of allocating.
 */
final class LargeBlocks implements Figure {
  private static final double ONE_THREAD = 1.0 / 6;
  private static final double TWO_THREADS = 1.0 / 3;
  private static final String UNIT = "ns";

  @Override
  public FigureResult measure(Context context) throws IOException {
    Comparison comparison = new Comparison(context);
    List<CPeer> inC = CPeer.find(context);
    for (int threads = 1; threads <= 2; threads++) {
      new Part(comparison, context, inC, threads, false).addAll();
    }
    new Part(comparison, context, inC, 1, true).addAll();
    List<Row> rows = comparison.run(context.effort().rounds());
    return new FigureResult(
        "P4",
        "a random block freed, another allocated: 4 KiB to 4 MiB, half of 1 GiB live",
        FigureResult.Layout.SUBJECTS,
        rows,
        List.of(
            toMimalloc(rows.get(0), Subjects.QUARRY, ONE_THREAD),
            toMimalloc(rows.get(0), Subjects.QUARRY_ALL_ORDERS, ONE_THREAD),
            toMimalloc(rows.get(1), Subjects.QUARRY_ALL_ORDERS, TWO_THREADS)),
        context.takeNotes());
  }

  private static Verdict toMimalloc(Row row, Subject ours, double bound) {
    return Verdict.ratio(row, ours.name(), Subjects.MIMALLOC, bound);
  }

  /** One row of the figure. */
  private record Part(
      Comparison comparison, Context context, List<CPeer> inC, int threads, boolean written) {
    void addAll() {
      quarry(Subjects.QUARRY, "3");
      quarry(Subjects.QUARRY_ALL_ORDERS, "10");
      String workload = written ? "replace-written" : "replace";
      int blocks = BlockSequence.BLOCKS / threads;
      for (CPeer peer : inC) {
        comparison.add(
            row(),
            UNIT,
            Subject.peer(peer.name()),
            () -> peer.nanos(context.effort(), workload, threads, BlockSequence.SEED, blocks, 0));
      }
      if (!written) {
        netty(Subjects.NETTY_POOLED, "pooled");
        netty(Subjects.NETTY_LARGE_CHUNKS, "pooled32M");
        netty(Subjects.NETTY_ADAPTIVE, "adaptive");
      }
    }

    private String row() {
      String number = threads == 1 ? "1 thread" : threads + " threads";
      return written ? number + ", first 8 bytes written" : number;
    }

    private void quarry(Subject subject, String percpuMaxOrder) {
      Map<String, String> params =
          Map.of("percpuMaxOrder", percpuMaxOrder, "written", String.valueOf(written));
      comparison.add(
          row(),
          UNIT,
          subject,
          () -> new JmhRun(context).nanos(ReplaceQuarry.class, "replace", threads, params));
    }

    private void netty(Subject subject, String allocator) {
      Map<String, String> params = Map.of("netty", allocator);
      comparison.add(
          row(),
          UNIT,
          subject,
          () -> new JmhRun(context).nanos(ReplaceNetty.class, "replace", threads, params));
    }
  }
}
