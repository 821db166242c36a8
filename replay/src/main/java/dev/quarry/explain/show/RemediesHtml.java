package dev.quarry.explain.show;

import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.Remedy;
import java.util.List;

/** What would have let the request pass, and what would not. */
final class RemediesHtml {
  private RemediesHtml() {}

  static void put(Markup page, Explanation of) {
    if (of.remedies().isEmpty()) {
      return;
    }
    List<Remedy> helps = of.remedies().stream().filter(Remedy::helps).toList();
    List<Remedy> others = of.remedies().stream().filter(r -> !r.helps()).toList();
    page.open("section").element("h2", "What would have let it pass");
    if (helps.isEmpty()) {
      page.element("p", "No single change that was tried.", "class", "plain");
    } else {
      page.element(
          "p",
          "Each by itself, as small as it can be: the request was run again on a machine in the"
              + " log’s state with this change.");
      page.open("div", "class", "scroll").open("table", "class", "remedies");
      page.open("thead").open("tr");
      for (String name : List.of("change", "from", "to", "serves from", "costs", "risk")) {
        page.element("th", name, "class", side(name));
      }
      page.close().close().open("tbody");
      helps.forEach(remedy -> row(page, remedy));
      page.close().close().end();
    }
    others(page, others);
    page.end();
  }

  private static String side(String column) {
    return switch (column) {
      case "costs" -> "right";
      case "risk" -> "long";
      default -> "left";
    };
  }

  private static void row(Markup page, Remedy remedy) {
    page.open("tr").open("th").open("code").text(remedy.knob()).close();
    if (remedy.estimate()) {
      page.text(" ").element("span", "estimate", "class", "chip idle");
    }
    page.close();
    page.element("td", RemedyText.now(remedy), "class", "left");
    page.open("td", "class", "left").element("b", RemedyText.to(remedy)).close();
    page.element("td", RemedyText.zone(remedy), "class", "left");
    page.element("td", RemedyText.cost(remedy.cost()));
    page.element("td", remedy.risk(), "class", "long").end();
  }

  private static void others(Markup page, List<Remedy> others) {
    if (others.isEmpty()) {
      return;
    }
    page.element("h3", "What would not help").open("dl", "class", "facts others");
    for (Remedy remedy : others) {
      page.open("dt").element("code", remedy.knob()).close().element("dd", remedy.risk());
    }
    page.end();
  }
}
