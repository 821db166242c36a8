package dev.quarry.bench.run;

import dev.quarry.bench.report.Measured;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Samples;
import dev.quarry.bench.report.Subject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Subjects that are measured side by side. Each round measures every subject once; a sample of one
 * subject is never far in time from one of another.
 */
public final class Comparison {
  private final Context context;
  private final Map<String, String> units = new LinkedHashMap<>();
  private final List<Cell> cells = new ArrayList<>();

  private record Cell(String row, Subject subject, Sampler sampler, List<double[]> rounds) {}

  /** An empty comparison. */
  public Comparison(Context context) {
    this.context = context;
  }

  /** Adds a subject to a row, which is made when it is first named. */
  public void add(String row, String unit, Subject subject, Sampler sampler) {
    units.put(row, unit);
    cells.add(new Cell(row, subject, sampler, new ArrayList<>()));
  }

  /**
   * Measures all of them, {@code rounds} times.
   *
   * @throws IOException if a program could not be run
   */
  public List<Row> run(int rounds) throws IOException {
    for (int round = 1; round <= rounds; round++) {
      for (Cell cell : cells) {
        context.progress(
            "round " + round + "/" + rounds + "  " + cell.row + "  " + cell.subject.name());
        cell.rounds.add(cell.sampler.sample());
      }
    }
    List<Row> rows = new ArrayList<>();
    units.forEach((row, unit) -> rows.add(new Row(row, unit, measured(row))));
    return rows;
  }

  private List<Measured> measured(String row) {
    return cells.stream()
        .filter(cell -> cell.row.equals(row))
        .map(cell -> new Measured(cell.subject, Samples.ofAll(cell.rounds)))
        .toList();
  }
}
