package dev.quarry.replay.twin;

import dev.quarry.replay.text.Sparkline;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** A watch as text: one line for a sample, and a chart for all. */
public final class WatchText {
  private static final int COLUMNS = 48;

  private WatchText() {}

  /** The sample in a line for each zone that has free memory. */
  public static String sample(Watch watch, Watch.Sample sample) {
    StringBuilder out = new StringBuilder();
    int order = watch.spec().pageblockOrder();
    for (Fragmentation zone : sample.zones()) {
      if (zone.free() > 0) {
        out.append(
            String.format(
                Locale.ROOT,
                "%6d  %-22s %,9d MiB free, %5.1f %% of it useless for order %d%n",
                sample.number(),
                zone.zone(),
                mebibytes(watch, zone.free()),
                zone.unusable(order) / 10.0,
                order));
      }
    }
    return out.toString();
  }

  /** Free blocks of each order over time, and the share of free memory in small blocks. */
  public static String chart(Watch watch) {
    StringBuilder out = new StringBuilder();
    List<Watch.Sample> samples = watch.samples();
    out.append(
        String.format(
            Locale.ROOT,
            "%s: %,d samples, one every %s s%n",
            watch.spec().name(),
            watch.taken(),
            watch.intervalSeconds()));
    for (int i = 0; !samples.isEmpty() && i < samples.getFirst().zones().size(); i++) {
      int index = i;
      List<Fragmentation> zone = samples.stream().map(sample -> sample.zones().get(index)).toList();
      if (zone.stream().anyMatch(sample -> sample.free() > 0)) {
        zone(out, watch, zone);
      }
    }
    return out.toString();
  }

  private static void zone(StringBuilder out, Watch watch, List<Fragmentation> samples) {
    Fragmentation last = samples.getLast();
    int pageblock = watch.spec().pageblockOrder();
    out.append(
        String.format(
            Locale.ROOT,
            "%s, %,d MiB free of %,d%n",
            last.zone(),
            mebibytes(watch, last.free()),
            mebibytes(watch, last.pages())));
    for (int i = last.blocks().size() - 1; i >= 0; i--) {
      int order = i;
      row(out, "order " + order, samples, zone -> zone.blocks().get(order), 1, "");
    }
    row(out, "unusable " + pageblock, samples, zone -> zone.unusable(pageblock), 10, " %");
  }

  private static void row(
      StringBuilder out,
      String name,
      List<Fragmentation> samples,
      ToLongFunction<Fragmentation> value,
      int divisor,
      String unit) {
    Sparkline bars = new Sparkline(COLUMNS);
    samples.forEach(sample -> bars.add(value.applyAsLong(sample)));
    out.append(
        String.format(
            Locale.ROOT,
            "  %-11s %s  %s%s, %s to %s%n",
            name,
            bars.draw(),
            number(value.applyAsLong(samples.getLast()), divisor),
            unit,
            number(bars.least(), divisor),
            number(bars.most(), divisor)));
  }

  private static String number(long value, int divisor) {
    return divisor == 1
        ? String.format(Locale.ROOT, "%,d", value)
        : String.format(Locale.ROOT, "%.1f", (double) value / divisor);
  }

  private static long mebibytes(Watch watch, long pages) {
    return pages << watch.spec().pageShift() >> 20;
  }
}
