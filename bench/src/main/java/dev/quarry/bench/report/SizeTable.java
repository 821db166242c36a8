package dev.quarry.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows that differ in a size, such as "10 free blocks" and "100 free blocks", as one table: a line
 * for each size, a column for each subject, medians only.
 */
final class SizeTable {
  private SizeTable() {}

  /** The tables, one for each thing whose size changes: lines of cells, the head first. */
  static List<List<List<String>>> of(List<Row> rows) {
    Map<String, List<List<String>>> tables = new LinkedHashMap<>();
    for (Row row : rows) {
      int blank = row.name().indexOf(' ');
      String what = row.name().substring(blank + 1);
      tables.computeIfAbsent(what, _ -> new ArrayList<>(List.of(head(what, row)))).add(line(row));
    }
    return List.copyOf(tables.values());
  }

  private static List<String> head(String what, Row row) {
    List<String> cells = new ArrayList<>(List.of(what));
    row.measured().forEach(m -> cells.add(m.subject().name() + ", " + row.unit()));
    return cells;
  }

  private static List<String> line(Row row) {
    List<String> cells = new ArrayList<>();
    cells.add(Numbers.shown(Double.parseDouble(row.name().substring(0, row.name().indexOf(' ')))));
    row.measured().forEach(m -> cells.add(Numbers.shown(m.median())));
    return cells;
  }
}
