package dev.quarry.bench.figure;

import dev.quarry.bench.figure.ObjectRows.Task;
import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.work.BufferPairs;
import dev.quarry.bench.work.Mix;
import dev.quarry.bench.work.ObjectPairs;
import dev.quarry.bench.work.SegmentPairs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * P1: one object allocated, its first 8 bytes written, freed; one thread. Of one size, and of 1,024
 * sizes in turn. The sizes in turn have all peers; there mimalloc, which gives out a page's blocks
 * one after the other, touches far more memory than with one size.
 */
final class SmallObjects implements Figure {
  private static final double OF_MIMALLOC = 0.6;
  private static final double OF_JEMALLOC = 0.8;
  private static final double OF_ADAPTIVE = 1.0 / 12;
  private static final List<Integer> SIZES = List.of(32, 512, 4096);
  private static final String IN_TURN = "32 B to 4 KiB in turn";

  @Override
  public FigureResult measure(Context context) throws IOException {
    ObjectRows rows = new ObjectRows(context);
    for (int bytes : SIZES) {
      oneSize(rows, bytes);
    }
    inTurn(rows);
    List<Row> measured = rows.comparison().run(context.effort().rounds());
    return new FigureResult(
        "P1",
        "an object allocated, its first 8 bytes written, freed; one thread",
        FigureResult.Layout.SUBJECTS,
        measured,
        verdicts(measured),
        context.takeNotes());
  }

  private static void oneSize(ObjectRows rows, int bytes) {
    Map<String, String> size = Map.of("bytes", String.valueOf(bytes));
    Task task = new Task(bytes + " B", ObjectPairs.class, "pair", 1, size);
    rows.quarry(task);
    rows.inC(task.row(), "pair", 1, 1, bytes);
    rows.netty(new Task(task.row(), BufferPairs.class, "pair", 1, size));
  }

  private static void inTurn(ObjectRows rows) {
    Task task = new Task(IN_TURN, ObjectPairs.class, "pairs", 1, Map.of());
    rows.quarry(task);
    rows.quarryByThread(task);
    rows.inC(IN_TURN, "pairs", 1, Mix.PAIRS, 0);
    rows.downcalls(task);
    rows.plainDowncalls(task);
    rows.netty(new Task(IN_TURN, BufferPairs.class, "pairs", 1, Map.of()));
    Task arena = new Task(IN_TURN, SegmentPairs.class, "ofConfinedPairs", 1, Map.of());
    rows.add(Subjects.OF_CONFINED, arena, Map.of());
  }

  private static List<Verdict> verdicts(List<Row> rows) {
    List<Verdict> verdicts = new ArrayList<>();
    String fine = Subjects.QUARRY_FINE.name();
    for (Row row : rows) {
      verdicts.add(Verdict.ratio(row, fine, Subjects.MIMALLOC, OF_MIMALLOC));
      verdicts.add(Verdict.ratio(row, fine, Subjects.JEMALLOC, OF_JEMALLOC));
      verdicts.add(Verdict.ratio(row, fine, Subjects.NETTY_ADAPTIVE.name(), OF_ADAPTIVE));
    }
    return verdicts;
  }
}
