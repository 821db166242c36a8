package dev.quarry.bench.report;

import java.util.List;

/**
 * All of one figure.
 *
 * @param id such as P4
 * @param title what was measured
 * @param layout how the rows are shown
 * @param rows the numbers
 * @param verdicts what was to be reached, and was or was not
 * @param notes what a reader must know
 */
public record FigureResult(
    String id,
    String title,
    Layout layout,
    List<Row> rows,
    List<Verdict> verdicts,
    List<String> notes) {
  /** How the rows are shown. */
  public enum Layout {
    /** Each row by itself, a line for each subject. */
    SUBJECTS,
    /** Rows that differ in a size together, a line for each size. */
    SIZES
  }

  public FigureResult {
    rows = List.copyOf(rows);
    verdicts = List.copyOf(verdicts);
    notes = List.copyOf(notes);
  }
}
