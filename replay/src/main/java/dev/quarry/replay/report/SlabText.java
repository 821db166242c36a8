package dev.quarry.replay.report;

import dev.quarry.replay.score.Ratio;
import dev.quarry.replay.score.SlabScore;
import dev.quarry.replay.slab.GeometryUse;
import dev.quarry.replay.slab.SlabCounters;
import dev.quarry.replay.slab.SlabResult;
import dev.quarry.replay.slab.Waste;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What was played of slab events, as text: objects, waste, geometries, scores. */
final class SlabText {
  private static final int TOP_CACHES = 8;
  private static final int TOP_WASTES = 8;

  private final SlabResult result;
  private final StringBuilder out = new StringBuilder();

  private SlabText(SlabResult result) {
    this.result = result;
  }

  static String of(SlabResult result) {
    SlabText text = new SlabText(result);
    text.objects();
    text.caches();
    text.waste("cache", Waste.byCache(result.origins()));
    text.waste("call site", Waste.bySite(result.origins()));
    text.geometries();
    result.score().ifPresent(text::score);
    text.problems();
    return text.out.toString();
  }

  private void line(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private void objects() {
    SlabCounters counters = result.counters();
    line("\nslab events %,12d   played on %,d caches", counters.events(), result.caches().size());
    line(
        "allocated   %,12d   failed %,d; of whole pages: %,d",
        counters.allocations(), counters.failures(), counters.largeBlocks());
    line(
        "freed       %,12d   in use before: %,d; by kfree, of named caches: %,d",
        counters.frees(), counters.freesOfStateBefore(), counters.kfreesOfNamedCaches());
    line("still held  %,12d   objects of the recording", result.stillHeld());
    odd(counters.unseenFrees(), "pointers handed out again that no event had freed (RCU, bulk)");
    odd(counters.unmatchedKfrees(), "kfrees of pointers never allocated: their cache is unknown");
    odd(counters.unmatchedFrees(), "frees in caches that had nothing left, or are unknown");
    odd(counters.otherCache(), "frees by another cache than the allocation's");
    odd(counters.noCache(), "requests to caches that cannot be made");
    odd(counters.unknownCpus(), "events of CPUs that the machine does not have");
  }

  private void odd(long count, String what) {
    if (count > 0) {
      line("            %,12d   %s", count, what);
    }
  }

  private void caches() {
    List<SlabResult.CacheEnd> busy =
        result.caches().stream()
            .filter(cache -> cache.allocations() + cache.frees() > 0)
            .sorted(
                Comparator.comparing((SlabResult.CacheEnd cache) -> -cache.allocations())
                    .thenComparing(SlabResult.CacheEnd::name))
            .limit(TOP_CACHES)
            .toList();
    out.append("\nbusiest caches              bytes  allocated      freed     in use      slabs\n");
    for (SlabResult.CacheEnd cache : busy) {
      line(
          "  %-24s %,7d %,10d %,10d %,10d %,10d",
          cache.name(),
          cache.objectSize(),
          cache.allocations(),
          cache.frees(),
          cache.activeObjects(),
          cache.slabs());
    }
  }

  private void waste(String what, List<Waste> all) {
    List<Waste> top =
        all.stream().filter(waste -> waste.wastedBytes() > 0).limit(TOP_WASTES).toList();
    if (top.isEmpty()) {
      return;
    }
    line("\nwaste inside objects, by %-20s requests      asked        got     wasted", what);
    for (Waste waste : top) {
      line(
          "  %-40s %,10d %,10d %,10d %,10d",
          shortened(waste.name()),
          waste.allocations(),
          waste.requestedBytes() >> 10,
          waste.allocatedBytes() >> 10,
          waste.wastedBytes() >> 10);
    }
    out.append("  KiB, over all requests of the recording\n");
  }

  private static String shortened(String name) {
    return name.length() <= 40 ? name : name.substring(0, 39) + "…";
  }

  private void geometries() {
    if (result.geometries().stream().allMatch(use -> use.mostBytes() == 0)) {
      return;
    }
    out.append("\nits kmalloc requests under       most KiB   waste    end KiB   waste\n");
    for (GeometryUse use : result.geometries()) {
      line(
          "  %-28s %,11.1f %6.1f%% %,10.1f %6.1f%%   %s",
          use.name(),
          use.mostBytes() / 1024.0,
          100 * use.waste(),
          use.endBytes() / 1024.0,
          100 * use.wasteAtEnd(),
          use.rule());
    }
    out.append("  blocks alone; first fit: with the holes between them\n");
  }

  private void score(SlabScore score) {
    long scored = score.caches().stream().filter(SlabScore.Cache::scored).count();
    out.append("\nhow near its caches come to the kernel's\n");
    line("  objects in use    %s", ratio(score.objects()));
    line("  slabs             %s", ratio(score.slabs()));
    line(
        "                    in pages of slabs; %,d caches, without %,d of which events show too"
            + " little",
        scored, score.caches().size() - scored);
    for (SlabScore.Cache cache : score.caches()) {
      boolean changed =
          cache.objects().actual() != cache.objects().before()
              || cache.slabs().actual() != cache.slabs().before()
              || cache.slabs().predicted() != cache.slabs().before();
      if (cache.scored() && changed) {
        line(
            "  %-24s objects %,d to %,d; the kernel %,d   slabs %,d to %,d; the kernel %,d",
            cache.name(),
            cache.objects().before(),
            cache.objects().predicted(),
            cache.objects().actual(),
            cache.slabs().before(),
            cache.slabs().predicted(),
            cache.slabs().actual());
      }
    }
  }

  private static String ratio(Ratio ratio) {
    if (ratio.changes() == 0) {
      return String.format(Locale.ROOT, "nothing changed (missed %,d)", ratio.misses());
    }
    return String.format(
        Locale.ROOT,
        "%.3f of what changed (missed %,d, changed %,d)",
        ratio.score(),
        ratio.misses(),
        ratio.changes());
  }

  private void problems() {
    if (result.problems().total() > 0) {
      line("\n%,d lines of slab events were wrong", result.problems().total());
      result.problems().report().forEach(problem -> line("  %s", problem));
    }
    if (!result.notes().isEmpty()) {
      out.append("\nnotes on the caches\n");
      result.notes().forEach(note -> line("  %s", note));
    }
  }
}
