package dev.quarry.bench.figure;

import dev.quarry.bench.figure.ObjectRows.Task;
import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.work.HandOver;
import dev.quarry.bench.work.Mix;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * P3: one thread allocates objects and writes their first 8 bytes, another frees them; 64 at a time
 * go through a bounded queue. What the queue costs by itself is a row of its own; it is in all the
 * others.
 */
final class HandedOver implements Figure {
  private static final double OF_THE_BEST = 0.5;
  private static final int MIX = 0;

  /**
   * One kind of objects.
   *
   * @param bytes of each, or {@link #MIX}
   */
  private record Kind(String row, int bytes) {}

  private static final List<Kind> KINDS =
      List.of(new Kind("33 to 4,096 B in turn", MIX), new Kind("64 B", 64));

  @Override
  public FigureResult measure(Context context) throws IOException {
    ObjectRows rows = new ObjectRows(context);
    for (Kind kind : KINDS) {
      Map<String, String> size = Map.of("bytes", String.valueOf(kind.bytes));
      Task addresses = new Task(kind.row, HandOver.class, "addresses", 1, size);
      rows.quarry(addresses);
      rows.inC(kind.row, "handover", 1, Mix.BLOCKS, kind.bytes);
      rows.downcalls(addresses);
      rows.netty(new Task(kind.row, HandOver.class, "buffers", 1, size));
    }
    String alone = "the queue alone, part of all above";
    rows.add(
        Subject.peer("in Java"), new Task(alone, HandOver.class, "words", 1, Map.of()), Map.of());
    rows.inC().stream()
        .limit(1)
        .forEach(peer ->
            rows.comparison()
                .add(
                    alone,
                    "ns",
                    Subject.peer("in C"),
                    () -> peer.nanos(context.effort(), "queue", 1, Mix.SEED, 1, 1)));
    List<Row> measured = rows.comparison().run(context.effort().rounds());
    return new FigureResult(
        "P3",
        "one thread allocates, another frees, 64 objects at a time",
        FigureResult.Layout.SUBJECTS,
        measured,
        measured.subList(0, KINDS.size()).stream()
            .map(row -> Verdict.toBest(row, Subjects.QUARRY_FINE.name(), OF_THE_BEST))
            .toList(),
        context.takeNotes());
  }
}
