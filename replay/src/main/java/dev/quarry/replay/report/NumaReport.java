package dev.quarry.replay.report;

import dev.quarry.replay.play.NodePages;
import dev.quarry.replay.play.Price;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The part of a report about nodes: whose pages came from where, and what the run cost. */
final class NumaReport {
  /** With more nodes, other nodes are added up. */
  private static final int MOST_COLUMNS = 8;

  private final NodePages pages;
  private final Price price;

  NumaReport(NodePages pages, Price price) {
    this.pages = pages;
    this.price = price;
  }

  String text() {
    StringBuilder out = new StringBuilder("\npages by node    ");
    boolean all = pages.nodes() <= MOST_COLUMNS;
    if (all) {
      for (int node = 0; node < pages.nodes(); node++) {
        out.append(String.format(Locale.ROOT, "%12s", "on node " + node));
      }
      out.append('\n');
    } else {
      out.append("   on itself  on others\n");
    }
    for (int from = 0; from < pages.nodes(); from++) {
      out.append(String.format(Locale.ROOT, "  %-15s", "CPUs of node " + from));
      row(out, from, all);
    }
    long sum = pages.local() + pages.remote();
    double share = sum == 0 ? 0 : 100.0 * pages.remote() / sum;
    line(out, "  local %,d, remote %,d (%.1f %%)", pages.local(), pages.remote(), share);
    price(out);
    return out.toString();
  }

  private void row(StringBuilder out, int from, boolean all) {
    long others = 0;
    for (int node = 0; node < pages.nodes(); node++) {
      if (all) {
        out.append(String.format(Locale.ROOT, "%,12d", pages.pages(from, node)));
      }
      others += node == from ? 0 : pages.pages(from, node);
    }
    if (!all) {
      out.append(String.format(Locale.ROOT, "%,12d%,11d", pages.pages(from, from), others));
    }
    out.append('\n');
  }

  private void price(StringBuilder out) {
    line(out, "\nprice in virtual time  %,13.3f ms", millis(price.total()));
    parts().forEach((name, nanos) -> line(out, "  %-20s %,13.3f", name, millis(nanos)));
    line(
        out,
        "  %,.3f ms of it because other nodes are farther away than the CPU's own",
        millis(price.distance()));
  }

  private Map<String, Long> parts() {
    Map<String, Long> parts = new LinkedHashMap<>();
    parts.put("first touch, local", price.localTouch());
    parts.put("first touch, remote", price.remoteTouch());
    parts.put("zeroing", price.zeroing());
    parts.put("from CPU lists", price.pcpHits());
    parts.put("refill", price.refill());
    parts.put("drain", price.drain());
    parts.put("zone locks", price.locks());
    return parts;
  }

  private static double millis(long nanos) {
    return nanos / 1e6;
  }

  private static void line(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  void json(ObjectNode node) {
    ArrayNode matrix = node.putArray("pages");
    for (int from = 0; from < pages.nodes(); from++) {
      ArrayNode row = matrix.addArray();
      for (int on = 0; on < pages.nodes(); on++) {
        row.add(pages.pages(from, on));
      }
    }
    node.put("local", pages.local());
    node.put("remote", pages.remote());
    ObjectNode nanos = node.putObject("price_ns");
    nanos.put("total", price.total());
    nanos.put("first_touch_local", price.localTouch());
    nanos.put("first_touch_remote", price.remoteTouch());
    nanos.put("zeroing", price.zeroing());
    nanos.put("pcp_hits", price.pcpHits());
    nanos.put("refill", price.refill());
    nanos.put("drain", price.drain());
    nanos.put("zone_locks", price.locks());
    nanos.put("because_of_distance", price.distance());
  }
}
