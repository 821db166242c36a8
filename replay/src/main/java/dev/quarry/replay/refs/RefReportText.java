package dev.quarry.replay.refs;

import dev.quarry.replay.pressure.PressureLog;
import dev.quarry.replay.pressure.PressureText;
import dev.quarry.replay.text.ReportLines;
import dev.quarry.replay.text.Sparkline;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.tlb.TlbStats;
import java.util.Locale;

/** A replay of references as text. */
public final class RefReportText {
  private static final int CHART_WIDTH = 60;
  private static final int KIB_SHIFT = 10;
  private static final int PAGE_KIB = PageTableLayout.PAGE_SIZE >> KIB_SHIFT;

  private final RefResult result;
  private final StringBuilder out = new StringBuilder();

  private RefReportText(RefResult result) {
    this.result = result;
  }

  /** The report. */
  public static String of(RefResult result) {
    RefReportText text = new RefReportText(result);
    text.head();
    text.memory();
    text.faults();
    text.tlb();
    text.windows();
    text.pressure();
    text.problems();
    return text.out.toString();
  }

  private void line(String format, Object... values) {
    ReportLines.line(out, format, values);
  }

  private void head() {
    String command = result.command().isEmpty() ? "" : ": " + result.command();
    line("references %s%s", result.name(), command);
    line(
        "%,d references: %,d instructions, %,d loads, %,d stores, %,d both",
        result.references(),
        result.totals().get(RefKind.CODE),
        result.totals().get(RefKind.LOAD),
        result.totals().get(RefKind.STORE),
        result.totals().get(RefKind.MODIFY));
    line("");
  }

  private void memory() {
    line(
        "%,d pages of 4 KiB touched: %,d fetched, %,d loaded, %,d stored to",
        result.pages().get(0), result.pages().get(3), result.pages().get(1), result.pages().get(2));
    line(
        "%,d KiB in memory, %,d accessed and %,d dirty by the page tables",
        result.residentPages() * PAGE_KIB,
        result.accessedPages() * PAGE_KIB,
        result.dirtyPages() * PAGE_KIB);
    line(
        "%,d KiB of page tables, %,d areas, %,d pages used in two ways",
        result.tableBytes() >> KIB_SHIFT, result.areas(), result.widened());
    line("");
  }

  private void faults() {
    line("%-16s %9s %9s %9s %9s", "page faults", "text", "data", "stack", "all");
    for (FaultTable.Row row : result.faults().rows()) {
      line(
          "  %-14s %,9d %,9d %,9d %,9d",
          row.name(), row.byKind().get(0), row.byKind().get(1), row.byKind().get(2), row.sum());
    }
    line("  %-14s %9s %9s %9s %,9d", "all", "", "", "", result.faults().total());
    line("");
  }

  private void tlb() {
    TlbStats tlb = result.tlb();
    line(
        "TLB %s, pages of %s",
        result.options().settings().tlbText(), result.options().settings().pages().word());
    if (tlb == null) {
      line("");
      return;
    }
    line("%-16s %13s %13s", "", "instructions", "data");
    for (int level = 1; level <= result.tlbLevels(); level++) {
      row(
          "hits of level " + level,
          tlb.hits(TlbStats.FETCH, level),
          tlb.hits(TlbStats.DATA, level));
    }
    row("misses", tlb.misses(TlbStats.FETCH), tlb.misses(TlbStats.DATA));
    line(
        "  %-14s %13s %13s",
        "miss ratio",
        perMille(tlb.misses(TlbStats.FETCH), tlb.accesses(TlbStats.FETCH)),
        perMille(tlb.misses(TlbStats.DATA), tlb.accesses(TlbStats.DATA)));
    line(
        "%,d walks read %,d entries; %,d of them ended in a page fault",
        tlb.walks(), tlb.walkReferences(), tlb.refused());
    if (tlb.refills() > 0) {
      line(
          "exceptions: %,d refills, %,d not valid, %,d modified",
          tlb.refills(), tlb.invalidExceptions(), tlb.modifiedExceptions());
    } else {
      line("%,d walks only set a dirty bit", tlb.walksToMark());
    }
    line("");
  }

  private void row(String name, long code, long data) {
    line("  %-14s %,13d %,13d", name, code, data);
  }

  private static String perMille(long part, long whole) {
    return whole == 0 ? "-" : String.format(Locale.ROOT, "%.3f ‰", 1000.0 * part / whole);
  }

  private void windows() {
    RefWindows windows = result.windows();
    line("by windows of %,d references", windows.references());
    Sparkline set = new Sparkline(CHART_WIDTH);
    Sparkline resident = new Sparkline(CHART_WIDTH);
    Sparkline faults = new Sparkline(CHART_WIDTH);
    Sparkline misses = new Sparkline(CHART_WIDTH);
    for (int i = 0; i < windows.count(); i++) {
      set.add(windows.workingSet(i));
      resident.add(windows.resident(i));
      faults.add(windows.faults(i));
      misses.add(windows.misses(i));
    }
    chart("working set, pages", set);
    chart("in memory, pages", resident);
    chart("page faults", faults);
    if (result.tlb() != null) {
      chart("TLB misses", misses);
    }
    line("mean working set %.1f pages", windows.meanWorkingSet());
  }

  private void pressure() {
    PressureLog pressure = result.pressure();
    if (pressure.settings().isSet()) {
      line("");
      out.append(PressureText.of(pressure));
    }
  }

  private void chart(String name, Sparkline values) {
    line("  %-19s %s  %,d to %,d", name, values.draw(), values.least(), values.most());
  }

  private void problems() {
    if (result.wrongLines() > 0) {
      line("");
      line("%,d wrong lines left out or noted", result.wrongLines());
      result.problems().forEach(problem -> line("  %s", problem));
    }
    result.invariants().forEach(finding -> line("invariant broken: %s", finding));
  }
}
