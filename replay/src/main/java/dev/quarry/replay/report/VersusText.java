package dev.quarry.replay.report;

import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneEvents;
import dev.quarry.replay.play.Samples.Sample;
import dev.quarry.replay.play.ZoneSample;
import dev.quarry.replay.text.Sparkline;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** Two replays of the same requests, side by side. */
public final class VersusText {
  private static final int CHART_WIDTH = 40;
  private static final int COSTLY_ORDER = 3;

  private final String leftName;
  private final String rightName;
  private final ReplayResult left;
  private final ReplayResult right;
  private final StringBuilder out = new StringBuilder();

  private VersusText(String leftName, ReplayResult left, String rightName, ReplayResult right) {
    this.leftName = leftName;
    this.rightName = rightName;
    this.left = left;
    this.right = right;
  }

  /**
   * The table and the charts.
   *
   * @param leftName what the first machine is called, such as its settings
   */
  public static String of(
      String leftName, ReplayResult left, String rightName, ReplayResult right) {
    VersusText text = new VersusText(leftName, left, rightName, right);
    text.table();
    text.charts();
    text.reasons(leftName, left);
    text.reasons(rightName, right);
    return text.out.toString();
  }

  private void line(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private void table() {
    line("recording %s, the same requests on two machines", left.name());
    line("%-34s %20s %20s", "", shortened(leftName), shortened(rightName));
    row("managed MiB", VersusText::managedMib);
    row("requests", result -> result.player().counters().allocations());
    row("failed", result -> result.player().counters().failures());
    int orders = Math.max(nrOrders(left), nrOrders(right));
    for (int order = 0; order < orders; order++) {
      int o = order;
      if (failedOf(left, o) + failedOf(right, o) > 0) {
        row("  of order " + o, result -> failedOf(result, o));
      }
    }
    row("fallbacks to another type", result -> events(result, e -> e.claims() + e.steals()));
    row("  pageblocks claimed", result -> events(result, ZoneEvents::claims));
    row("pages to CPU lists", result -> events(result, ZoneEvents::refillPages));
    row("pages back from CPU lists", result -> events(result, ZoneEvents::drainPages));
    row("splits", result -> events(result, ZoneEvents::splits));
    row("merges", result -> events(result, ZoneEvents::merges));
    row("idle on CPU lists, mean MiB", result -> meanPcpMib(result));
    row("idle on CPU lists, most MiB", result -> most(result, s -> mib(result, s.pcpPages())));
    row("free at the end, MiB", result -> mib(result, last(result).freePages()));
    fragmentation(COSTLY_ORDER);
    fragmentation(left.machine().spec().pageblockOrder());
  }

  private void fragmentation(int order) {
    row("unusable for order " + order + ", end ‰", result -> last(result).unusable(order));
    row("  worst ‰", result -> most(result, s -> s.unusable(order)));
    line(
        "%-34s %20s %20s",
        "  extfrag index, largest zone", external(left, order), external(right, order));
  }

  private static String external(ReplayResult result, int order) {
    ZoneSample largest = last(result).zones().getFirst();
    for (ZoneSample zone : last(result).zones()) {
      largest = zone.freePages() > largest.freePages() ? zone : largest;
    }
    int index = largest.external(order);
    return index < 0 ? "would not fail" : index + " ‰";
  }

  private void row(String what, ToLongFunction<ReplayResult> value) {
    line("%-34s %,20d %,20d", what, value.applyAsLong(left), value.applyAsLong(right));
  }

  private static String shortened(String name) {
    return name.length() <= 20 ? name : name.substring(0, 19) + "…";
  }

  private static int nrOrders(ReplayResult result) {
    return result.machine().spec().maxOrder() + 1;
  }

  private static long failedOf(ReplayResult result, int order) {
    return result.player().counters().failuresOfOrder(order);
  }

  private static long managedMib(ReplayResult result) {
    PhysicalMemory memory = result.machine().memory();
    return mib(result, memory.zones().stream().mapToLong(Zone::managed).sum());
  }

  private static long mib(ReplayResult result, long pages) {
    return (pages << result.machine().spec().pageShift()) >> 20;
  }

  private static long events(ReplayResult result, ToLongFunction<ZoneEvents> count) {
    return result.machine().memory().zones().stream()
        .mapToLong(zone -> count.applyAsLong(zone.events()))
        .sum();
  }

  private static Sample last(ReplayResult result) {
    return result.player().samples().list().getLast();
  }

  private static long most(ReplayResult result, ToLongFunction<Sample> value) {
    return result.player().samples().list().stream().mapToLong(value).max().orElse(0);
  }

  private static long meanPcpMib(ReplayResult result) {
    List<Sample> samples = result.player().samples().list();
    long pages = samples.stream().mapToLong(Sample::pcpPages).sum();
    return mib(result, pages / samples.size());
  }

  private void charts() {
    double seconds = last(left).micros() / 1e6;
    line("\nover %.1f s", seconds);
    chart("free MiB", (result, sample) -> mib(result, sample.freePages()));
    chart("on CPU lists MiB", (result, sample) -> mib(result, sample.pcpPages()));
    int huge = left.machine().spec().pageblockOrder();
    chart("unusable for order " + huge + " ‰", (result, sample) -> sample.unusable(huge));
    chart(
        "unusable for order " + COSTLY_ORDER + " ‰",
        (result, sample) -> sample.unusable(COSTLY_ORDER));
  }

  @FunctionalInterface
  private interface Measure {
    long of(ReplayResult result, Sample sample);
  }

  private void chart(String what, Measure measure) {
    line("  %s", what);
    curve(leftName, left, measure);
    curve(rightName, right, measure);
  }

  private void curve(String name, ReplayResult result, Measure measure) {
    Sparkline curve = new Sparkline(CHART_WIDTH);
    for (Sample sample : result.player().samples().list()) {
      curve.add(measure.of(result, sample));
    }
    line("    %-20s %s  %,d to %,d", shortened(name), curve.draw(), curve.least(), curve.most());
  }

  private void reasons(String name, ReplayResult result) {
    var reasons = result.player().failures().reasons();
    if (reasons.isEmpty()) {
      return;
    }
    line("\nwhy requests failed with %s", name);
    for (var reason : reasons.subList(0, Math.min(5, reasons.size()))) {
      line("  %,12d  %s", reason.count(), reason.text());
    }
  }
}
