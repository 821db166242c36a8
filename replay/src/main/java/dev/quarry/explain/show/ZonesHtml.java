package dev.quarry.explain.show;

import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.ZoneVerdict;
import java.util.List;
import java.util.Locale;

/** The zones in the order tried: free memory beside what the test demands, and the free blocks. */
final class ZonesHtml {
  private static final double WIDEST_PERCENT = 97;

  private ZonesHtml() {}

  static void put(Markup page, Explanation of) {
    if (of.zones().isEmpty()) {
      return;
    }
    page.open("section").element("h2", "The zones, in the order in which they are tried");
    page.element(
        "p",
        "A zone serves the request if its usable free pages exceed all that the test demands, and"
            + " if a block of its order, or a larger one, is on a list that it may take from. Below"
            + " each column: the size of a block, and how many are free. The log names the types of"
            + " an order’s blocks, not their shares.");
    for (ZoneVerdict zone : of.zones()) {
      zone(page, of, zone);
    }
    page.end();
  }

  private static void zone(Markup page, Explanation of, ZoneVerdict zone) {
    page.open("div", "class", "zonecard");
    page.open("h3");
    if (zone.rank() != ZoneVerdict.NOT_TRIED) {
      page.element("span", zone.rank() + 1 + ".", "class", "rank");
    }
    page.text(" " + Zones.name(of, zone) + " ");
    page.element("span", Zones.verdict(of, zone), "class", "chip " + mood(zone));
    page.end();
    ZoneVerdict.Arithmetic test = zone.test();
    if (test != null) {
      page.open("div", "class", "pair");
      page.open("div");
      bars(page, zone, test, of.report().pageKb());
      sum(page, of, test);
      page.end();
      BlocksHtml.put(page, of, zone);
      page.end();
    } else {
      BlocksHtml.put(page, of, zone);
    }
    page.end();
  }

  private static String mood(ZoneVerdict zone) {
    return switch (zone.verdict()) {
      case null -> "idle";
      case UNKNOWN -> "idle";
      case PASSES -> "good";
      default -> "bad";
    };
  }

  /** Two bars on one scale: what there is, and what is asked of it. */
  private static void bars(Markup page, ZoneVerdict zone, ZoneVerdict.Arithmetic test, int pageKb) {
    long high = zone.zone().kb("high") / pageKb;
    long demand = test.restOfBlock() + test.lowered() + test.reserve();
    double scale = Math.max(1, Math.max(high, Math.max(test.free(), demand))) / WIDEST_PERCENT;
    page.open("div", "class", "meter");
    page.element("span", "free", "class", "of");
    page.open("div", "class", "track");
    long outOfReach = test.highatomic() + test.cma();
    part(page, "usable", test.free() - outOfReach, scale, "usable for this request");
    part(page, "beyond", outOfReach, scale, "free, but out of its reach");
    mark(page, "min", test.mark(), scale);
    mark(page, "low", zone.zone().kb("low") / pageKb, scale);
    mark(page, "high", high, scale);
    page.close().element("span", Words.number(test.free()), "class", "n").line();
    page.element("span", "demanded", "class", "of");
    page.open("div", "class", "track");
    long boost = Math.min(test.boost(), test.lowered());
    part(page, "mark", test.lowered() - boost, scale, "min mark");
    part(page, "boost", boost, scale, "boost");
    part(page, "reserve", test.reserve(), scale, "lowmem_reserve");
    part(page, "block", test.restOfBlock(), scale, "rest of the block");
    page.close().element("span", Words.number(demand), "class", "n").line();
    page.end();
    legend(page, zone, test, pageKb);
  }

  private static void part(Markup page, String kind, long pages, double scale, String what) {
    if (pages > 0) {
      page.open(
              "span",
              "class",
              "part " + kind,
              "style",
              "width:" + percent(pages / scale),
              "title",
              what + ": " + Words.count(pages, "page"))
          .close();
    }
  }

  private static void mark(Markup page, String kind, long pages, double scale) {
    if (pages > 0) {
      page.open(
              "span",
              "class",
              "tick " + kind,
              "style",
              "left:" + percent(pages / scale),
              "title",
              kind + " mark: " + Words.count(pages, "page"))
          .close();
    }
  }

  static String percent(double value) {
    return String.format(Locale.ROOT, "%.2f%%", value);
  }

  private static void legend(
      Markup page, ZoneVerdict zone, ZoneVerdict.Arithmetic test, int pageKb) {
    page.open("p", "class", "keys");
    key(page, "usable", "usable", test.free() - test.highatomic() - test.cma());
    key(page, "beyond", "out of reach", test.highatomic() + test.cma());
    key(page, "mark", test.boost() > 0 ? "min without boost" : "min", markOnly(test));
    key(page, "boost", "boost", Math.min(test.boost(), test.lowered()));
    key(page, "reserve", "lowmem_reserve", test.reserve());
    key(page, "block", "rest of the block", test.restOfBlock());
    for (String mark : List.of("min", "low", "high")) {
      long pages = mark.equals("min") ? test.mark() : zone.zone().kb(mark) / pageKb;
      key(page, "tick " + mark, mark + " mark", pages);
    }
    page.end();
  }

  private static long markOnly(ZoneVerdict.Arithmetic test) {
    return test.lowered() - Math.min(test.boost(), test.lowered());
  }

  private static void key(Markup page, String kind, String what, long pages) {
    if (pages > 0) {
      page.open("span").open("i", "class", "key " + kind).close();
      page.text(what + " ").element("b", Words.number(pages)).close().text(" ");
    }
  }

  private static void sum(Markup page, Explanation of, ZoneVerdict.Arithmetic test) {
    page.open("table", "class", "sum").open("tbody");
    for (Sum.Line line : Sum.of(test, Zones.order(of)).terms()) {
      String sign = line.total() ? "=" : line.pages() < 0 ? "−" : "";
      long shown = line.total() ? line.pages() : Math.abs(line.pages());
      page.open("tr", "class", line.total() ? "total" : "term");
      page.element("td", sign).element("td", Words.number(shown));
      page.element("td", line.text(), "class", "long").end();
    }
    page.close().end();
  }
}
