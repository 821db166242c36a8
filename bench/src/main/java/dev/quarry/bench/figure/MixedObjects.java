package dev.quarry.bench.figure;

import dev.quarry.bench.figure.ObjectRows.Task;
import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.work.BufferPairs;
import dev.quarry.bench.work.Mix;
import dev.quarry.bench.work.ObjectPairs;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * P2: 10,000 objects of mixed sizes allocated, then freed in random order; each thread its own. An
 * operation is one object's allocation and its free.
 */
final class MixedObjects implements Figure {
  private static final double OF_MIMALLOC = 1;

  @Override
  public FigureResult measure(Context context) throws IOException {
    ObjectRows rows = new ObjectRows(context);
    for (int threads = 1; threads <= 2; threads++) {
      String row = threads == 1 ? "1 thread" : threads + " threads";
      Task task = new Task(row, ObjectPairs.class, "mixed", threads, Map.of());
      rows.quarry(task);
      rows.inC(row, "mixed", threads, Mix.BLOCKS, 0);
      rows.downcalls(task);
      rows.netty(new Task(row, BufferPairs.class, "mixed", threads, Map.of()));
    }
    List<Row> measured = rows.comparison().run(context.effort().rounds());
    return new FigureResult(
        "P2",
        "10,000 objects of 33 to 4,096 B allocated, then freed in random order",
        FigureResult.Layout.SUBJECTS,
        measured,
        measured.stream().map(MixedObjects::toMimalloc).toList(),
        context.takeNotes());
  }

  private static Verdict toMimalloc(Row row) {
    return Verdict.ratio(row, Subjects.QUARRY_FINE.name(), Subjects.MIMALLOC, OF_MIMALLOC);
  }
}
