package dev.quarry.explain.show;

import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.ZoneVerdict;
import java.util.List;

/** The deciding zone's test, term by term. */
final class ArithmeticText {
  private final Explanation of;
  private final ZoneVerdict zone;
  private final Ink ink;

  ArithmeticText(Explanation of, ZoneVerdict zone, Ink ink) {
    this.of = of;
    this.zone = zone;
    this.ink = ink;
  }

  void print(StringBuilder page) {
    ZoneVerdict.Arithmetic test = zone.test();
    if (test == null) {
      return;
    }
    ExplainText.title(page, title(), ink);
    List<Sum.Line> lines = Sum.of(test, Zones.order(of)).terms();
    int width = lines.stream().mapToInt(l -> Words.number(l.pages()).length()).max().orElse(0);
    for (Sum.Line line : lines) {
      String sign = line.total() ? "=" : line.pages() < 0 ? "-" : " ";
      long shown = line.total() ? line.pages() : Math.abs(line.pages());
      String number = Words.number(shown);
      String pad = " ".repeat(width - number.length());
      String text = "  " + sign + " " + pad + number + "  " + line.text();
      page.append(line.total() ? ink.bold(text) : text).append('\n');
    }
    if (zone.term() != null) {
      page.append("  what decides: ").append(zone.term().label()).append('\n');
    }
  }

  private String title() {
    String name = Zones.name(of, zone);
    return switch (zone.verdict()) {
      case PASSES -> "why " + name + " passes";
      case UNKNOWN -> "what the log shows of " + name;
      case null, default -> "why " + name + " refuses";
    };
  }
}
