package dev.quarry.explain.show;

import dev.quarry.explain.verdict.OomStory;
import java.util.List;

/** Who held the memory when the oom-killer was called, and why it chose whom it chose. */
final class OomText {
  private static final int BAR = 30;
  private static final int MOST_HOLDERS = 20;

  private OomText() {}

  static void print(StringBuilder page, OomStory oom, int pageKb, Ink ink) {
    ExplainText.title(page, "why memory was short", ink);
    Words.paragraph(page, "  ", "  ", oom.constraint());
    if (oom.swap() != null) {
      Words.paragraph(page, "  ", "  ", oom.swap());
    }
    holders(page, "who held the memory", Holders.kinds(oom), pageKb, ink);
    holders(page, "tasks that held it", Holders.tasks(oom), pageKb, ink);
    if (!oom.victim().isEmpty()) {
      ExplainText.title(page, "who was killed", ink);
      oom.victim().forEach(line -> Words.paragraph(page, "  - ", "    ", line));
    }
  }

  private static void holders(
      StringBuilder page, String title, List<OomStory.Holder> holders, int pageKb, Ink ink) {
    if (holders.isEmpty()) {
      return;
    }
    ExplainText.title(page, title, ink);
    Columns table = new Columns("lrrll", 32);
    for (OomStory.Holder holder : holders.subList(0, Math.min(MOST_HOLDERS, holders.size()))) {
      table.add(
          holder.name(),
          Words.size(holder.pages() * pageKb),
          Words.percent(holder.share()),
          bar(holder.share()),
          holder.reclaimable() ? "could be taken back" : "");
    }
    table.print(page);
    if (holders.size() > MOST_HOLDERS) {
      page.append(ink.faint("  and " + (holders.size() - MOST_HOLDERS) + " smaller ones"));
      page.append('\n');
    }
  }

  private static String bar(double share) {
    long filled = Math.round(BAR * Math.clamp(share, 0, 1));
    return filled == 0 ? "." : "#".repeat((int) filled);
  }
}
