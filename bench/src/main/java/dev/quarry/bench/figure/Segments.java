package dev.quarry.bench.figure;

import dev.quarry.bench.figure.ObjectRows.Task;
import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.work.SegmentPairs;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * P6: a {@code MemorySegment} allocated, its first 8 bytes written, freed. The JDK's arenas clear
 * what they give; Quarry does where it is asked to.
 */
final class Segments implements Figure {
  private static final double OF_CONFINED = 0.25;
  private static final Subject SINGLY = Subject.ours("Quarry, freed singly");
  private static final Subject SINGLY_ZEROED = Subject.ours("Quarry, freed singly, cleared");
  private static final Subject ARENA = Subject.ours("Quarry, an arena for each");
  private static final Subject ARENA_ZEROED = Subject.ours("Quarry, an arena for each, cleared");
  private static final List<Integer> SIZES = List.of(64, 1024);

  @Override
  public FigureResult measure(Context context) throws IOException {
    ObjectRows rows = new ObjectRows(context);
    for (int bytes : SIZES) {
      Map<String, String> size = Map.of("bytes", String.valueOf(bytes));
      Task singly = new Task(bytes + " B", SegmentPairs.class, "freedSingly", 1, size);
      rows.add(SINGLY, singly, Map.of("zeroed", "false"));
      rows.add(SINGLY_ZEROED, singly, Map.of("zeroed", "true"));
      Task arena = new Task(bytes + " B", SegmentPairs.class, "ourArena", 1, size);
      rows.add(ARENA, arena, Map.of("zeroed", "false"));
      rows.add(ARENA_ZEROED, arena, Map.of("zeroed", "true"));
      Task confined = new Task(bytes + " B", SegmentPairs.class, "ofConfined", 1, size);
      rows.add(Subjects.OF_CONFINED, confined, Map.of());
    }
    List<Row> measured = rows.comparison().run(context.effort().rounds());
    return new FigureResult(
        "P6",
        "a MemorySegment allocated, its first 8 bytes written, freed",
        FigureResult.Layout.SUBJECTS,
        measured,
        measured.stream().map(Segments::toConfined).toList(),
        context.takeNotes());
  }

  private static Verdict toConfined(Row row) {
    return Verdict.ratio(row, SINGLY.name(), Subjects.OF_CONFINED.name(), OF_CONFINED);
  }
}
