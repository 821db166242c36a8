package dev.quarry.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A figure as text: for each row the subjects, their medians and quartiles, and what Quarry's
 * median is of theirs. Where Quarry was measured in several settings, each has a letter and a
 * column.
 *
 * <pre>
 *   1 thread, ns                     median      quartiles    A/it    B/it
 *     A Quarry                         52.8    51.0 – 60.1            0.98
 *       mimalloc 2.0.9 in C           169.9  160.2 – 171.0    0.31    0.30
 * </pre>
 */
public final class TextTable {

  private static final int MOST_OF_A_SIZE = "1,000,000".length();

  private TextTable() {}

  /** The whole figure. */
  public static String of(FigureResult figure) {
    StringBuilder out = new StringBuilder();
    out.append(figure.id()).append("  ").append(figure.title()).append('\n');
    if (figure.layout() == FigureResult.Layout.SIZES) {
      SizeTable.of(figure.rows()).forEach(table -> sizes(out, table));
    } else {
      figure.rows().forEach(row -> row(out, row));
    }
    for (Verdict verdict : figure.verdicts()) {
      out.append("  reach   ").append(verdict).append('\n');
    }
    for (String note : figure.notes()) {
      out.append("  note    ").append(note).append('\n');
    }
    return out.toString();
  }

  private static void row(StringBuilder out, Row row) {
    String name = row.name() + ", " + row.unit();
    line(out, name, "median", "quartiles", ratioColumns(row));
    List<Measured> ours = row.ours();
    for (Measured measured : row.measured()) {
      String letter = measured.subject().ours() ? letter(ours.indexOf(measured)) : " ";
      line(
          out,
          "  " + letter + " " + measured.subject().name(),
          Numbers.shown(measured.median()),
          quartiles(measured.samples()),
          ratios(row, measured));
    }
  }

  private static void line(
      StringBuilder out, String name, String median, String quartiles, List<String> ratios) {
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "  %-46s %12s %21s", name, median, quartiles));
    ratios.forEach(ratio -> line.append(String.format(Locale.ROOT, " %8s", ratio)));
    out.append(line.toString().stripTrailing()).append('\n');
  }

  static String quartiles(Samples samples) {
    return Numbers.shown(samples.lowerQuartile()) + " – " + Numbers.shown(samples.upperQuartile());
  }

  private static void sizes(StringBuilder out, List<List<String>> table) {
    List<String> head = table.getFirst();
    for (List<String> line : table) {
      out.append("  ");
      for (int column = 0; column < line.size(); column++) {
        int width = Math.max(MOST_OF_A_SIZE, head.get(column).length()) + 2;
        out.append(" ".repeat(Math.max(0, width - line.get(column).length())));
        out.append(line.get(column));
      }
      out.append('\n');
    }
  }

  static String letter(int index) {
    return String.valueOf((char) ('A' + index));
  }

  /** The heads of the columns of ratios: none where nobody is there to compare with. */
  static List<String> ratioColumns(Row row) {
    List<String> columns = new ArrayList<>();
    if (row.measured().size() > 1) {
      for (int i = 0; i < row.ours().size(); i++) {
        columns.add(letter(i) + "/it");
      }
    }
    return columns;
  }

  /** What each of Quarry's medians is of this one; empty for itself. */
  static List<String> ratios(Row row, Measured measured) {
    List<String> ratios = new ArrayList<>();
    if (row.measured().size() > 1) {
      for (Measured own : row.ours()) {
        ratios.add(own.equals(measured) ? "" : Numbers.ratio(own.median() / measured.median()));
      }
    }
    return ratios;
  }
}
