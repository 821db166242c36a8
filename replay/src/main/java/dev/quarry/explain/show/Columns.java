package dev.quarry.explain.show;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A table of text: columns as wide as they need to be, the last one wrapped to the page. */
final class Columns {
  private static final String INDENT = "  ";
  private static final String GAP = "  ";
  private static final String NOTE_INDENT = "      ";
  private static final int LEAST_LAST = 20;

  /** A row; one of a single cell is a note that goes over all columns. */
  private record Line(UnaryOperator<String> ink, List<String> cells) {
    boolean isNote() {
      return cells.size() == 1;
    }
  }

  private final String sides;
  private final int widest;
  private final List<Line> lines = new ArrayList<>();

  /**
   * An empty table.
   *
   * @param sides for each column l or r: to which side its cells go
   * @param widest the most characters of a column but the last; longer cells are wrapped
   */
  Columns(String sides, int widest) {
    this.sides = sides;
    this.widest = widest;
  }

  /** Adds a row. */
  void add(String... cells) {
    add(UnaryOperator.identity(), cells);
  }

  /** Adds a row whose text goes through an ink. */
  void add(UnaryOperator<String> ink, String... cells) {
    if (cells.length != sides.length()) {
      throw new IllegalArgumentException(
          cells.length + " cells in a table of " + sides.length() + " columns");
    }
    lines.add(new Line(ink, Arrays.stream(cells).map(Words::clean).toList()));
  }

  /** Adds a text that belongs to the row above, below all its columns. */
  void note(UnaryOperator<String> ink, String text) {
    lines.add(new Line(ink, List.of(Words.clean(text))));
  }

  /** Writes the table. */
  void print(StringBuilder out) {
    int[] widths = widths();
    for (Line line : lines) {
      List<String> texts =
          line.isNote()
              ? Words.wrapped(line.cells().getFirst(), Words.WIDTH - NOTE_INDENT.length()).stream()
                  .map(NOTE_INDENT::concat)
                  .toList()
              : row(line, widths);
      texts.forEach(text -> out.append(line.ink().apply(text)).append('\n'));
    }
  }

  private List<String> row(Line line, int[] widths) {
    List<List<String>> cells = new ArrayList<>();
    for (int i = 0; i < widths.length; i++) {
      cells.add(Words.wrapped(line.cells().get(i), widths[i]));
    }
    int height = cells.stream().mapToInt(List::size).max().orElse(0);
    return IntStream.range(0, height).mapToObj(row -> text(cells, widths, row)).toList();
  }

  private String text(List<List<String>> cells, int[] widths, int row) {
    StringBuilder text = new StringBuilder(INDENT);
    for (int i = 0; i < widths.length; i++) {
      String cell = row < cells.get(i).size() ? cells.get(i).get(row) : "";
      String pad = " ".repeat(widths[i] - cell.length());
      text.append(i == 0 ? "" : GAP).append(sides.charAt(i) == 'r' ? pad + cell : cell + pad);
    }
    return text.toString().stripTrailing();
  }

  private int[] widths() {
    int[] widths = new int[sides.length()];
    int last = widths.length - 1;
    for (int i = 0; i <= last; i++) {
      widths[i] = Math.clamp(need(i), 1, i == last ? Words.WIDTH : widest);
    }
    int margins = INDENT.length() + GAP.length() * last;
    int room = Words.WIDTH - margins - Math.min(widths[last], LEAST_LAST);
    while (sum(widths) - widths[last] > room) {
      widths[widestBut(widths)]--;
    }
    widths[last] = Math.min(widths[last], Words.WIDTH - margins - sum(widths) + widths[last]);
    return widths;
  }

  private int need(int column) {
    return cells(column).mapToInt(String::length).max().orElse(0);
  }

  private static int sum(int[] widths) {
    return Arrays.stream(widths).sum();
  }

  /** The widest column but the last, if it can be one that loses no part of a word. */
  private int widestBut(int[] widths) {
    Comparator<Integer> widest = Comparator.comparing(i -> widths[i]);
    Comparator<Integer> whole = Comparator.comparing(i -> widths[i] > longestWord(i));
    return IntStream.range(0, widths.length - 1).boxed().max(whole.thenComparing(widest)).orElse(0);
  }

  private int longestWord(int column) {
    return cells(column)
        .flatMap(cell -> Arrays.stream(cell.split(" ")))
        .mapToInt(String::length)
        .max()
        .orElse(0);
  }

  private Stream<String> cells(int column) {
    return lines.stream().filter(line -> !line.isNote()).map(line -> line.cells().get(column));
  }
}
