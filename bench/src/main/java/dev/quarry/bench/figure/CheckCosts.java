package dev.quarry.bench.figure;

import dev.quarry.bench.figure.ObjectRows.Task;
import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.work.ObjectPairs;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * CHECKS: P1 with each of the checks that {@code slab_debug} switches on. No figure is to be
 * reached.
 */
final class CheckCosts implements Figure {
  private static final List<Integer> SIZES = List.of(32, 512, 4096);
  private static final Map<String, String> CHECKS = new LinkedHashMap<>();

  static {
    CHECKS.put("-", "no checks");
    CHECKS.put("F", "F: consistency");
    CHECKS.put("Z", "Z: red zones");
    CHECKS.put("P", "P: poison");
    CHECKS.put("U", "U: users");
    CHECKS.put("FZPU", "all of them");
  }

  @Override
  public FigureResult measure(Context context) throws IOException {
    ObjectRows rows = new ObjectRows(context);
    for (int bytes : SIZES) {
      Map<String, String> size = Map.of("bytes", String.valueOf(bytes));
      Task task = new Task(bytes + " B", ObjectPairs.class, "pair", 1, size);
      CHECKS.forEach(
          (letters, name) -> rows.add(Subject.ours(name), task, Map.of("checks", letters)));
    }
    List<Row> measured = rows.comparison().run(context.effort().rounds());
    return new FigureResult(
        "CHECKS",
        "what checking costs an object allocated, its first 8 bytes written, freed",
        FigureResult.Layout.SUBJECTS,
        measured,
        List.of(),
        context.takeNotes());
  }
}
