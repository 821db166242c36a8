package dev.quarry.bench.figure;

import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.Comparison;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.run.JmhRun;
import dev.quarry.bench.work.MmapKernel;
import dev.quarry.bench.work.VmallocQuarry;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * VMALLOC: 1 MiB of single pages mapped and given back, beside what the running kernel takes to
 * map, touch and unmap as many pages of a process. The kernel zeroes its pages, Quarry's stay as
 * they were; in a guest, system calls and faults are slow, which flatters Quarry.
 */
final class VmallocFigure implements Figure {
  private static final double TO_KERNEL = 1.0 / 20;
  private static final double WALK_NANOS = 10;
  private static final String UNIT = "ns";
  private static final String AREA = "1 MiB";
  private static final String WALK = "translation, random over 8 MiB";
  private static final Subject VMALLOC = Subject.ours("Quarry vmalloc + vfree");
  private static final Subject CONTIGUOUS = Subject.ours("Quarry alloc_pages order 8");
  private static final Subject KERNEL = Subject.peer("the kernel: mmap, touch, munmap");
  private static final Subject TABLES = Subject.ours("Quarry, four levels");

  @Override
  public FigureResult measure(Context context) throws IOException {
    Comparison comparison = new Comparison(context);
    JmhRun jmh = new JmhRun(context);
    Map<String, String> none = Map.of();
    comparison.add(AREA, UNIT, VMALLOC, () -> jmh.nanos(VmallocQuarry.class, "vmalloc", 1, none));
    comparison.add(
        AREA, UNIT, CONTIGUOUS, () -> jmh.nanos(VmallocQuarry.class, "contiguous", 1, none));
    comparison.add(AREA, UNIT, KERNEL, () -> jmh.nanos(MmapKernel.class, "mapTouchUnmap", 1, none));
    comparison.add(WALK, UNIT, TABLES, () -> jmh.nanos(VmallocQuarry.class, "walk", 1, none));
    List<Row> rows = comparison.run(context.effort().rounds());
    double walk = rows.get(1).find(TABLES.name()).orElseThrow().median();
    context.note("the kernel zeroes each page; in a guest its system calls and faults are slow");
    return new FigureResult(
        "VMALLOC",
        "1 MiB of single pages mapped and given back; the tables walked",
        FigureResult.Layout.SUBJECTS,
        rows,
        List.of(
            Verdict.ratio(rows.get(0), VMALLOC.name(), KERNEL.name(), TO_KERNEL),
            Verdict.atMost(WALK + ", nanoseconds", walk, WALK_NANOS)),
        context.takeNotes());
  }
}
