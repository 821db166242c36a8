package dev.quarry.bench.figure;

import dev.quarry.bench.probe.BootProbe;
import dev.quarry.bench.probe.MemoryProbe;
import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Measured;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Samples;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.Comparison;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.run.Programs;
import dev.quarry.bench.run.Sampler;
import dev.quarry.physical.MemMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** B1: boot of the preset {@code huge}, 1 TiB, and the host's memory that it costs. */
final class Boot implements Figure {
  private static final double MOST_MILLIS = 100;
  private static final double MOST_DESCRIPTOR_BYTES = 32;
  private static final double LINUX_DESCRIPTOR_BYTES = 64;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double BYTES_PER_MIB = 1 << 20;
  private static final double MIB_OF_ONE_TIB = 1 << 20;
  private static final int PAGE_BYTES = 4096;
  private static final int WARM_BOOTS = 200;
  private static final List<String> SMALL_JVM = List.of("-Xmx256m", "-XX:+UseSerialGC");

  @Override
  public FigureResult measure(Context context) throws IOException {
    Comparison comparison = new Comparison(context);
    comparison.add("boot and close, warmed JVM", "ms", Subjects.QUARRY, () -> warm());
    comparison.add("boot and close, first in a fresh JVM", "ms", Subjects.QUARRY, fresh(context));
    List<Row> rows = new ArrayList<>(comparison.run(context.effort().rounds()));
    List<Verdict> verdicts = new ArrayList<>();
    for (Row row : rows) {
      double millis = row.measured().getFirst().median();
      verdicts.add(Verdict.atMost(row.name() + ", ms", millis, MOST_MILLIS));
    }
    if (Files.isReadable(Path.of("/proc/self/smaps"))) {
      List<Row> memory = memory(context);
      rows.addAll(memory);
    } else {
      context.note("the host's memory is not measured: no /proc/self/smaps");
    }
    verdicts.add(
        Verdict.atMost("bytes of a descriptor", MemMap.DESCRIPTOR_BYTES, MOST_DESCRIPTOR_BYTES));
    return new FigureResult(
        "B1",
        "boot of 1 TiB of RAM with 64 CPUs",
        FigureResult.Layout.SUBJECTS,
        rows,
        verdicts,
        context.takeNotes());
  }

  private static double[] warm() throws IOException {
    String boots = String.valueOf(WARM_BOOTS);
    return millis(Programs.fresh(BootProbe.class, SMALL_JVM, boots, boots));
  }

  private static Sampler fresh(Context context) {
    return () -> {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < context.effort().starts(); i++) {
        lines.addAll(Programs.fresh(BootProbe.class, SMALL_JVM, "0", "1"));
      }
      return millis(lines);
    };
  }

  private static double[] millis(List<String> nanos) {
    return Arrays.stream(Programs.numbers(nanos)).map(n -> n / NANOS_PER_MILLI).toArray();
  }

  private static List<Row> memory(Context context) throws IOException {
    List<double[]> runs = new ArrayList<>();
    for (int i = 0; i < Math.max(3, context.effort().rounds()); i++) {
      context.progress("host memory, run " + (i + 1));
      runs.add(Programs.numbers(Programs.fresh(MemoryProbe.class, SMALL_JVM)));
    }
    double linux = LINUX_DESCRIPTOR_BYTES * MIB_OF_ONE_TIB / PAGE_BYTES;
    return List.of(
        row("host memory after boot", "MiB", runs, 0, BYTES_PER_MIB, linux),
        row("more after 1 GiB of single pages", "MiB", runs, 1, BYTES_PER_MIB, 0),
        row("mem_map for each allocated page", "bytes", runs, 2, 1, LINUX_DESCRIPTOR_BYTES));
  }

  private static Row row(
      String name, String unit, List<double[]> runs, int column, double divisor, double linux) {
    double[] values = runs.stream().mapToDouble(run -> run[column] / divisor).toArray();
    List<Measured> measured = new ArrayList<>();
    measured.add(new Measured(Subjects.QUARRY, Samples.of(values)));
    if (linux > 0) {
      measured.add(
          new Measured(Subject.peer("Linux: struct page, 64 bytes for each"), Samples.of(linux)));
    }
    return new Row(name, unit, measured);
  }
}
