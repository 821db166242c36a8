package dev.quarry.replay.report;

import dev.quarry.physical.GfpVocabulary;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.PerCpuPages;
import dev.quarry.physical.Zone;
import dev.quarry.replay.play.PlayCounters;
import dev.quarry.replay.play.Samples;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A replay's result as text, for a terminal. The same recording gives the same bytes. */
public final class ReplayText {
  private static final int TOP_FLAGS = 8;
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
    text.chart();
    text.freeBlocks();
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
    line("events      %,12d   requests and frees played", counters.events());
  }

  private void requests() {
    line(
        "allocations %,12d   failed %,d (the kernel: %,d)",
        counters.allocations(), counters.failures(), counters.recordedFailures());
    line(
        "frees       %,12d   of blocks held before: %,d; of blocks never seen: %,d",
        counters.frees(), counters.freesOfStateBefore(), counters.freesSkipped());
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
      unusable.add(sample.unusableForHuge());
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
    return java.util.Arrays.stream(values).asLongStream().toArray();
  }

  private void row(String zone, String what, long[] blocks) {
    out.append(String.format(Locale.ROOT, "  %-9s %-11s", zone, what));
    for (long count : blocks) {
      out.append(String.format(Locale.ROOT, "%7d", count));
    }
    out.append('\n');
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
