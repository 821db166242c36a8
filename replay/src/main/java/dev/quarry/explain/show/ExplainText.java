package dev.quarry.explain.show;

import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.ZoneVerdict;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/**
 * Explanations as text for a terminal, a mail or a ticket: at most {@value Words#WIDTH} characters
 * in a line, of ASCII but for what the log itself has. The same log gives the same bytes.
 */
public final class ExplainText implements Output {
  private static final int NAME_WIDTH = 11;

  private final PrintWriter out;
  private final Ink ink;
  private final boolean trail;
  private long count;

  /**
   * Text that goes to a writer.
   *
   * @param trail whether the allocator's own steps are shown, too
   */
  public ExplainText(PrintWriter out, Ink ink, boolean trail) {
    this.out = out;
    this.ink = ink;
    this.trail = trail;
  }

  @Override
  public void add(Explanation explanation) {
    if (count > 0) {
      out.print("\n" + ink.faint("-".repeat(Words.WIDTH)) + "\n\n");
    }
    count++;
    out.print(page(explanation));
  }

  @Override
  public void finish() {
    if (count > 1) {
      out.print("\n" + ink.faint("-".repeat(Words.WIDTH)) + "\n");
      out.print(Words.count(count, "report") + "\n");
    }
    out.flush();
  }

  private String page(Explanation of) {
    StringBuilder page = new StringBuilder();
    head(page, of);
    verdict(page, of);
    zones(page, of);
    Zones.deciding(of)
        .ifPresent(zone -> {
          new ArithmeticText(of, zone, ink).print(page);
          new BlocksText(of, zone, ink).print(page);
        });
    list(page, "the request could not", of.couldNot());
    RemedyText.print(page, of, ink);
    if (of.oom() != null) {
      OomText.print(page, of.oom(), of.report().pageKb(), ink);
    }
    list(page, "read with care", Caveats.of(of));
    if (trail) {
      steps(page, of.trail());
    }
    return page.toString();
  }

  private void head(StringBuilder page, Explanation of) {
    page.append(ink.bold(Head.what(of.report()))).append('\n');
    for (Map.Entry<String, String> line : Head.lines(of.report()).entrySet()) {
      String name = line.getKey();
      String begin = name + " ".repeat(NAME_WIDTH - 2 - name.length());
      Words.paragraph(page, "  " + begin, " ".repeat(NAME_WIDTH), line.getValue());
    }
  }

  private void verdict(StringBuilder page, Explanation of) {
    StringBuilder sentence = new StringBuilder();
    Words.paragraph(sentence, "", "", of.sentence());
    page.append('\n');
    sentence.toString().lines().forEach(line -> page.append(verdictInk(of, line)).append('\n'));
    list(page, "what else it may have been", Caveats.otherCauses(of));
  }

  private String verdictInk(Explanation of, String line) {
    return of.explained() ? ink.bold(line) : ink.doubtful(line);
  }

  private void zones(StringBuilder page, Explanation of) {
    if (of.zones().isEmpty()) {
      return;
    }
    title(page, "zones in the order in which they are tried; numbers are pages", ink);
    Columns table = new Columns("rlrrrrrl", 24);
    table.add(ink::faint, "", "zone", "free", "usable", "mark", "reserve", "margin", "verdict");
    for (ZoneVerdict zone : of.zones()) {
      String rank = zone.rank() == ZoneVerdict.NOT_TRIED ? "-" : "" + (zone.rank() + 1);
      String name = Zones.name(of, zone);
      ZoneVerdict.Arithmetic test = zone.test();
      if (test == null) {
        String free = Words.number(zone.zone().kb("free") / Math.max(1, of.report().pageKb()));
        table.add(ink::faint, rank, name, free, "", "", "", "", Zones.verdict(of, zone));
        continue;
      }
      table.add(
          line -> zoneInk(zone, line),
          rank,
          name,
          Words.number(test.free()),
          Words.number(test.margin() + test.lowered() + test.reserve()),
          Words.number(test.lowered()),
          Words.number(test.reserve()),
          Words.signed(test.margin()),
          Zones.verdict(of, zone));
    }
    table.print(page);
  }

  private String zoneInk(ZoneVerdict zone, String line) {
    return switch (zone.verdict()) {
      case null -> line;
      case UNKNOWN -> line;
      case PASSES -> ink.good(line);
      default -> ink.bad(line);
    };
  }

  private void list(StringBuilder page, String title, List<String> lines) {
    if (!lines.isEmpty()) {
      title(page, title, ink);
      lines.forEach(line -> Words.paragraph(page, "  - ", "    ", line));
    }
  }

  private void steps(StringBuilder page, String trail) {
    title(page, "the allocator's own steps", ink);
    for (String line : trail.lines().toList()) {
      String indent = "  " + " ".repeat(line.length() - line.stripLeading().length());
      Words.paragraph(page, indent, indent + "    ", line);
    }
  }

  /** A heading with an empty line before it. */
  static void title(StringBuilder page, String title, Ink ink) {
    page.append('\n').append(ink.bold(title)).append('\n');
  }
}
