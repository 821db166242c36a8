package dev.quarry.explain.show;

import dev.quarry.explain.verdict.Explanation;
import dev.quarry.replay.read.Place;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Many reports as one table: causes by count, each with its first and last place. A cause costs
 * some hundred bytes, a report nothing; beyond {@value #MOST_CAUSES} causes the reports of further
 * ones are only counted.
 *
 * <p>The order is by count, then by first place: the same logs in the same order give the same
 * bytes.
 */
public final class Summary {
  /** Causes that are told apart. */
  static final int MOST_CAUSES = 2_000;

  private static final String ALL = "rlrlll";
  private static final int WIDEST = 40;

  private final Map<Cause, Tally> tallies = new LinkedHashMap<>();
  private long reports;
  private long others;
  private long explained;

  /** How often, and where first and last. */
  private static final class Tally {
    private final Place first;
    private Place last;
    private long count;

    Tally(Place first) {
      this.first = first;
      this.last = first;
    }
  }

  private record Row(Cause cause, Tally tally) {}

  /** Counts one. */
  public void add(Explanation explanation) {
    reports++;
    explained += explanation.explained() ? 1 : 0;
    Cause cause = Cause.of(explanation);
    Place place = explanation.report().place();
    Tally tally = tallies.get(cause);
    if (tally == null && tallies.size() == MOST_CAUSES) {
      others++;
      return;
    }
    if (tally == null) {
      tally = new Tally(place);
      tallies.put(cause, tally);
    }
    tally.count++;
    tally.last = place;
  }

  private List<Row> rows() {
    return tallies.entrySet().stream()
        .map(entry -> new Row(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingLong((Row row) -> row.tally().count).reversed())
        .toList();
  }

  /**
   * The table.
   *
   * @param files how many were read
   */
  public String text(long files, Ink ink) {
    StringBuilder out = new StringBuilder();
    out.append(ink.bold(Words.count(reports, "report") + " in " + Words.count(files, "file")));
    out.append(", ").append(Words.count(tallies.size(), "cause"));
    out.append(", ").append(Words.number(explained)).append(" explained by the snapshot\n\n");
    Columns table = new Columns(ALL, WIDEST);
    table.add(ink::faint, "reports", "kind", "order", "zone", "kernel", "verdict on it");
    for (Row row : rows()) {
      Cause cause = row.cause();
      table.add(
          Words.number(row.tally().count),
          cause.kind(),
          cause.order() == null ? "-" : "" + cause.order(),
          cause.zone() == null ? "-" : cause.zone(),
          cause.kernel() == null ? "-" : cause.kernel(),
          cause.inWords());
      table.note(ink::faint, where(row));
    }
    table.print(out);
    if (others > 0) {
      out.append("  and ").append(Words.count(others, "report")).append(" of further causes\n");
    }
    return out.toString();
  }

  private static String where(Row row) {
    String flags = row.cause().flags();
    String first = row.tally().first.toString();
    String places =
        row.tally().count == 1 ? first : "first " + first + ", last " + row.tally().last;
    return flags == null ? places : flags + "; " + places;
  }

  /** The table as a JSON object. */
  public String json(long files) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("reports", reports).put("files", files).put("explained", explained);
    ArrayNode causes = root.putArray("causes");
    for (Row row : rows()) {
      Cause cause = row.cause();
      ObjectNode node = causes.addObject();
      node.put("count", row.tally().count);
      node.put("kind", cause.kind());
      node.put("order", cause.order());
      node.put("gfp_names", cause.flags());
      node.put("kernel", cause.kernel());
      node.put("zone", cause.zone());
      node.put("verdict", cause.verdict() == null ? null : cause.verdict().label());
      node.put("term", cause.term() == null ? null : cause.term().label());
      node.put("explained", cause.explained());
      place(node.putObject("first"), row.tally().first);
      place(node.putObject("last"), row.tally().last);
    }
    root.put("other_reports", others);
    return root.toPrettyString() + "\n";
  }

  private static void place(ObjectNode node, Place place) {
    node.put("file", place.file()).put("line", place.line());
  }
}
