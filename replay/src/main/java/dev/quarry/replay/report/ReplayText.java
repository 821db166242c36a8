package dev.quarry.replay.report;

import dev.quarry.physical.GfpVocabulary;
import dev.quarry.physical.MemPolicy;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.PerCpuPages;
import dev.quarry.physical.Zone;
import dev.quarry.replay.play.Failures;
import dev.quarry.replay.play.PlayCounters;
import dev.quarry.replay.play.Samples;
import dev.quarry.replay.score.Flow;
import dev.quarry.replay.score.Ratio;
import dev.quarry.replay.score.Scores;
import dev.quarry.replay.text.Sparkline;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A replay's result as text, for a terminal. The same recording gives the same bytes. */
public final class ReplayText {
  private static final int TOP_FLAGS = 8;
  private static final int TOP_REASONS = 10;
  private static final int CHART_WIDTH = 60;

  private final ReplayResult result;
  private final PlayCounters counters;
  private final StringBuilder out = new StringBuilder();

  private ReplayText(ReplayResult result) {
    this.result = result;
    this.counters = result.player().counters();
  }

  /** The report. */
  public static String of(ReplayResult result) {
    ReplayText text = new ReplayText(result);
    text.head();
    text.requests();
    text.zones();
    text.nodes();
    text.chart();
    text.freeBlocks();
    text.scores();
    result.slab().ifPresent(slab -> text.out.append(SlabText.of(slab)));
    text.problems();
    return text.out.toString();
  }

  private void line(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private void head() {
    var spec = result.machine().spec();
    long managed = result.machine().memory().zones().stream().mapToLong(Zone::managed).sum();
    line(
        "recording %s on Linux %s, %d CPU%s, %d node%s, %d MiB managed",
        result.name(),
        spec.release(),
        spec.cpuNodes().size(),
        spec.cpuNodes().size() == 1 ? "" : "s",
        spec.nodes().size(),
        spec.nodes().size() == 1 ? "" : "s",
        (managed * spec.pageSize()) >> 20);
    if (!(result.player().policy() instanceof MemPolicy.Default)) {
      line("user pages by policy %s", result.player().policy());
    }
    line("events      %,12d   requests and frees played", counters.events());
  }

  private void requests() {
    line(
        "allocations %,12d   failed %,d (the kernel: %,d)",
        counters.allocations(), counters.failures(), counters.recordedFailures());
    line(
        "frees       %,12d   of blocks held before: %,d; of blocks never seen: %,d",
        counters.frees(), counters.freesOfStateBefore(), counters.freesSkipped());
    if (counters.freesOfFailed() > 0) {
      line(
          "            %,12d   frees of blocks that there was no memory for",
          counters.freesOfFailed());
    }
    line("still held  %,12d   blocks of the recording", result.player().stillHeld());
    out.append("\nallocations by order and type\n");
    for (int order = 0; order <= result.machine().spec().maxOrder(); order++) {
      if (counters.ofOrder(order) > 0) {
        long failed = counters.failuresOfOrder(order);
        line(
            "  order %-2d  %,12d%s",
            order,
            counters.ofOrder(order),
            failed == 0 ? "" : String.format(Locale.ROOT, "   failed %,d", failed));
      }
    }
    for (int type = 0; type < MigrateType.COUNT; type++) {
      if (counters.ofType(type) > 0) {
        line("  %-12s%,10d", MigrateType.label(type), counters.ofType(type));
      }
    }
    flags();
    failures();
  }

  private void failures() {
    List<Failures.Reason> reasons = result.player().failures().reasons();
    if (reasons.isEmpty()) {
      return;
    }
    out.append("\nwhy requests failed\n");
    for (Failures.Reason reason : reasons.subList(0, Math.min(TOP_REASONS, reasons.size()))) {
      line("  %,12d  %s", reason.count(), reason.text());
    }
    if (reasons.size() > TOP_REASONS) {
      long rest = reasons.stream().skip(TOP_REASONS).mapToLong(Failures.Reason::count).sum();
      line("  %,12d  for %d others", rest, reasons.size() - TOP_REASONS);
    }
  }

  private void flags() {
    GfpVocabulary vocabulary = GfpVocabulary.of(result.machine().spec().release());
    out.append("\nallocations by flags\n");
    List<Map.Entry<Integer, Long>> top =
        counters.ofGfp().entrySet().stream()
            .sorted(
                Comparator.comparing((Map.Entry<Integer, Long> e) -> -e.getValue())
                    .thenComparing(Map.Entry::getKey))
            .toList();
    for (Map.Entry<Integer, Long> entry : top.subList(0, Math.min(TOP_FLAGS, top.size()))) {
      line("  %,12d  %s", entry.getValue(), vocabulary.format(entry.getKey()));
    }
    if (top.size() > TOP_FLAGS) {
      long rest = top.stream().skip(TOP_FLAGS).mapToLong(Map.Entry::getValue).sum();
      line("  %,12d  of %d others", rest, top.size() - TOP_FLAGS);
    }
  }

  private void zones() {
    out.append("\nby zone        allocated  from CPU lists     splits     merges");
    out.append("     refill      drain  fallbacks\n");
    for (ReplayResult.ZoneBlocks blocks : result.zones()) {
      Zone zone = blocks.zone();
      long pages = 0;
      long hits = 0;
      for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
        PerCpuPages pcp = zone.pcp(cpu);
        pages += pcp.allocatedPages();
        hits += pcp.hits();
      }
      var events = zone.events();
      line(
          "  %-10s %,11d %,15d %,10d %,10d %,10d %,10d %,10d",
          shortName(zone),
          pages,
          hits,
          events.splits(),
          events.merges(),
          events.refillPages(),
          events.drainPages(),
          events.claims() + events.steals());
    }
    out.append("  pages; from CPU lists: requests that needed no refill\n");
  }

  private String shortName(Zone zone) {
    boolean one = result.machine().memory().nodes().size() == 1;
    return one ? zone.label() : zone.node().id() + " " + zone.label();
  }

  private void nodes() {
    result
        .player()
        .nodePages()
        .ifPresent(pages ->
            result
                .player()
                .price()
                .ifPresent(price -> out.append(new NumaReport(pages, price).text())));
  }

  private void chart() {
    List<Samples.Sample> samples = result.player().samples().list();
    if (samples.size() < 2) {
      return;
    }
    double seconds = samples.getLast().micros() / 1e6;
    line(
        "\nfree memory over %.1f s, and the share of it in blocks too small for a huge page",
        seconds);
    int shift = result.machine().spec().pageShift();
    Sparkline free = new Sparkline(CHART_WIDTH);
    Sparkline pcp = new Sparkline(CHART_WIDTH);
    Sparkline unusable = new Sparkline(CHART_WIDTH);
    for (Samples.Sample sample : samples) {
      free.add(sample.freePages());
      pcp.add(sample.pcpPages());
      unusable.add(sample.unusable(result.machine().spec().pageblockOrder()));
    }
    line(
        "  free      %s  %,d to %,d MiB",
        free.draw(), mib(free.least(), shift), mib(free.most(), shift));
    line(
        "  on CPUs   %s  %,d to %,d MiB",
        pcp.draw(), mib(pcp.least(), shift), mib(pcp.most(), shift));
    line(
        "  unusable  %s  %.1f to %.1f %%",
        unusable.draw(), unusable.least() / 10.0, unusable.most() / 10.0);
  }

  private static long mib(long pages, int pageShift) {
    return (pages << pageShift) >> 20;
  }

  private void freeBlocks() {
    out.append("\nfree blocks at the end, by order\n");
    out.append("                       ");
    for (int order = 0; order <= result.machine().spec().maxOrder(); order++) {
      out.append(String.format(Locale.ROOT, "%7d", order));
    }
    out.append('\n');
    for (ReplayResult.ZoneBlocks blocks : result.zones()) {
      row(shortName(blocks.zone()), "before", toLongs(blocks.before()));
      row("", "replayed", toLongs(blocks.predicted()));
      blocks.actual().ifPresent(actual -> row("", "the kernel", actual));
    }
  }

  private static long[] toLongs(int[] values) {
    return Arrays.stream(values).asLongStream().toArray();
  }

  private void row(String zone, String what, long[] blocks) {
    out.append(String.format(Locale.ROOT, "  %-9s %-11s", zone, what));
    for (long count : blocks) {
      out.append(String.format(Locale.ROOT, "%7d", count));
    }
    out.append('\n');
  }

  private void scores() {
    if (result.scores().isEmpty()) {
      return;
    }
    Scores scores = result.scores().get();
    Scores.ExactFrames exact = scores.exactFrames();
    out.append("\nhow near it comes to the kernel\n");
    line(
        "  exact frames      %,d of %,d (%.2f %%), each told the kernel's afterwards; told nothing:"
            + " %.2f %%",
        exact.same(),
        exact.of(),
        percent(exact.same(), exact.of()),
        percent(exact.untoldSame(), exact.of()));
    scores
        .freeBlocks()
        .ifPresent(free -> {
          line("  free blocks       %s of what changed, by blocks", score(free.blocks()));
          line("                    %s of what changed, by pages", score(free.pages()));
        });
    Flow predicted = scores.predicted();
    Flow actual = scores.actual();
    flow("taken from zones", predicted.refillPages(), actual.refillPages(), "pages");
    flow("drained", predicted.drainPages(), actual.drainPages(), "pages");
    flow("fallbacks", predicted.fallbacks(), actual.fallbacks(), "");
    for (Scores.PerCpu cpu : scores.perCpu()) {
      flow("CPU " + cpu.cpu() + " lists end", cpu.predicted(), cpu.actual(), "pages");
    }
  }

  private static double percent(long part, long whole) {
    return whole == 0 ? 100 : 100.0 * part / whole;
  }

  private static String score(Ratio ratio) {
    return String.format(
        Locale.ROOT,
        "%.3f (missed %,d, changed %,d)",
        ratio.score(),
        ratio.misses(),
        ratio.changes());
  }

  private void flow(String what, long predicted, long actual, String unit) {
    line("  %-17s %,d %s; the kernel %,d", what, predicted, unit, actual);
  }

  private void problems() {
    if (result.problems().total() > 0) {
      line("\n%,d lines were wrong", result.problems().total());
      result.problems().report().forEach(problem -> line("  %s", problem));
    }
    if (counters.unknownCpus() > 0) {
      line(
          "\n%,d events of CPUs that the machine does not have were left out",
          counters.unknownCpus());
    }
    if (!result.notes().isEmpty()) {
      out.append("\nnotes on the state before\n");
      result.notes().forEach(note -> line("  %s", note));
    }
  }
}
