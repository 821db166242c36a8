package dev.quarry.bench.report;

import java.util.List;

/** A figure as Markdown, for {@code docs/figures.md}: what {@link TextTable} shows. */
public final class MarkdownTable {
  private MarkdownTable() {}

  /** The whole figure. */
  public static String of(FigureResult figure) {
    StringBuilder out = new StringBuilder();
    out.append("### ").append(figure.id()).append(": ").append(figure.title()).append("\n\n");
    if (figure.layout() == FigureResult.Layout.SIZES) {
      SizeTable.of(figure.rows()).forEach(table -> sizes(out, table));
    } else {
      figure.rows().forEach(row -> row(out, row));
    }
    if (!figure.verdicts().isEmpty()) {
      out.append("| to reach | bound | came out | |\n|---|--:|--:|---|\n");
      figure.verdicts().forEach(verdict -> verdict(out, verdict));
      out.append('\n');
    }
    figure.notes().forEach(note -> out.append("* ").append(note).append('\n'));
    return out.append(figure.notes().isEmpty() ? "" : "\n").toString();
  }

  private static void row(StringBuilder out, Row row) {
    List<String> columns = TextTable.ratioColumns(row);
    out.append("| ").append(row.name()).append(" (").append(row.unit()).append(')');
    out.append(" | median | quartiles |");
    columns.forEach(column -> out.append(' ').append(column).append(" |"));
    out.append("\n|---|--:|--:|").append("--:|".repeat(columns.size())).append('\n');
    List<Measured> ours = row.ours();
    for (Measured measured : row.measured()) {
      out.append("| ");
      if (measured.subject().ours()) {
        out.append(TextTable.letter(ours.indexOf(measured))).append(": ");
      }
      out.append(measured.subject().name()).append(" | ").append(Numbers.shown(measured.median()));
      out.append(" | ").append(TextTable.quartiles(measured.samples())).append(" |");
      TextTable.ratios(row, measured).forEach(r -> out.append(' ').append(r).append(" |"));
      out.append('\n');
    }
    out.append('\n');
  }

  private static void sizes(StringBuilder out, List<List<String>> table) {
    for (int line = 0; line < table.size(); line++) {
      out.append("| ").append(String.join(" | ", table.get(line))).append(" |\n");
      if (line == 0) {
        out.append('|').append("--:|".repeat(table.getFirst().size())).append('\n');
      }
    }
    out.append('\n');
  }

  private static void verdict(StringBuilder out, Verdict verdict) {
    String value = Double.isNaN(verdict.value()) ? "-" : Numbers.shown(verdict.value());
    out.append("| ").append(verdict.what()).append(" | ");
    out.append(verdict.atMost() ? "≤ " : "≥ ").append(Numbers.shown(verdict.bound()));
    out.append(" | ").append(value).append(" | ").append(verdict.word()).append(" |\n");
  }
}
