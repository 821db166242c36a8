package dev.quarry.explain.show;

import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.OomStory;
import java.util.List;

/** Who held the memory, and who was killed for it. */
final class OomHtml {
  private static final int MOST_HOLDERS = 24;

  private OomHtml() {}

  static void put(Markup page, Explanation of) {
    OomStory oom = of.oom();
    if (oom == null) {
      return;
    }
    page.open("section").element("h2", "Who held the memory");
    page.element("p", oom.constraint() + (oom.swap() == null ? "" : " " + oom.swap()));
    holders(page, "", Holders.kinds(oom), of.report().pageKb());
    page.open("p", "class", "keys");
    page.open("span").open("i", "class", "key held").close().text("could not be taken back");
    page.close().text(" ");
    page.open("span").open("i", "class", "key taken").close().text("could be taken back");
    page.close().end();
    holders(page, "By task", Holders.tasks(oom), of.report().pageKb());
    if (!oom.victim().isEmpty()) {
      page.element("h3", "Who was killed").open("ul");
      oom.victim().forEach(line -> page.element("li", line));
      page.end();
    }
    page.end();
  }

  private static void holders(
      Markup page, String title, List<OomStory.Holder> holders, int pageKb) {
    if (holders.isEmpty()) {
      return;
    }
    if (!title.isEmpty()) {
      page.element("h3", title);
    }
    page.open("div", "class", "bars holders");
    for (OomStory.Holder holder : holders.subList(0, Math.min(MOST_HOLDERS, holders.size()))) {
      holder(page, holder, pageKb);
    }
    page.end();
    if (holders.size() > MOST_HOLDERS) {
      page.element("p", "and " + (holders.size() - MOST_HOLDERS) + " smaller ones");
    }
  }

  private static void holder(Markup page, OomStory.Holder holder, int pageKb) {
    double percent = 100 * Math.clamp(holder.share(), 0, 1);
    String kind = Holders.isFree(holder) ? "unheld" : holder.reclaimable() ? "taken" : "held";
    page.element("span", holder.name(), "class", "key");
    page.open("div", "class", "track")
        .open("div", "class", "bar " + kind, "style", "--w:" + ZonesHtml.percent(percent))
        .close()
        .close();
    page.open("span", "class", "n").text(Words.size(holder.pages() * pageKb) + " ");
    page.element("i", Words.percent(holder.share())).end();
  }
}
