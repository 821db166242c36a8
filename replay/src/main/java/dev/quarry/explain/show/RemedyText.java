package dev.quarry.explain.show;

import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.Remedy;
import java.util.List;

/** What would have let the request pass, and what would not. */
final class RemedyText {
  private static final String ESTIMATE = "estimate";
  private static final int WIDEST = 28;

  private RemedyText() {}

  static void print(StringBuilder page, Explanation of, Ink ink) {
    List<Remedy> helps = of.remedies().stream().filter(Remedy::helps).toList();
    List<Remedy> others = of.remedies().stream().filter(r -> !r.helps()).toList();
    if (!helps.isEmpty()) {
      ExplainText.title(page, "what would have let it pass: the smallest change of each", ink);
      Columns table = new Columns("lllrl", WIDEST);
      table.add(ink::faint, "change", "from", "to", "costs", "serves from");
      for (Remedy remedy : helps) {
        table.add(remedy.knob(), now(remedy), to(remedy), cost(remedy.cost()), zone(remedy));
        table.note(ink::faint, risk(remedy));
      }
      table.print(page);
    }
    if (!others.isEmpty()) {
      ExplainText.title(page, "what would not help", ink);
      Columns table = new Columns("ll", WIDEST);
      others.forEach(remedy -> table.add(ink::faint, remedy.knob(), remedy.risk()));
      table.print(page);
    }
  }

  /** What else a change does; an estimate is called one. */
  private static String risk(Remedy remedy) {
    boolean said = !remedy.estimate() || remedy.risk().startsWith(ESTIMATE);
    return said ? remedy.risk() : ESTIMATE + ": " + remedy.risk();
  }

  static String now(Remedy remedy) {
    return remedy.now() == null ? "" : remedy.now();
  }

  static String to(Remedy remedy) {
    return remedy.smallest() == null ? "" : remedy.smallest();
  }

  static String zone(Remedy remedy) {
    return remedy.zone() == null ? "" : remedy.zone();
  }

  /** Pages that a change costs. */
  static String cost(long pages) {
    return pages == 0 ? "nothing" : Words.count(pages, "page");
  }
}
