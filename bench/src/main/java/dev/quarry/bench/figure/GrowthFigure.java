package dev.quarry.bench.figure;

import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.GrowthPlot;
import dev.quarry.bench.report.Measured;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.Comparison;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.run.Effort;
import dev.quarry.bench.run.JmhRun;
import dev.quarry.bench.work.AreaGrowth;
import dev.quarry.bench.work.Growth;
import dev.quarry.bench.work.MachineGrowth;
import dev.quarry.bench.work.ObjectGrowth;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** G1: what one allocation and one free cost as a machine grows. */
final class GrowthFigure implements Figure {
  private static final List<Integer> BLOCKS =
      List.of(1, 10, 100, 1_000, 10_000, 100_000, 1_000_000);
  private static final List<Integer> CPUS = List.of(1, 4, 16, 64, 256, 1024);
  private static final List<Integer> NODES = List.of(1, 4, 16, 64);
  private static final List<Integer> CACHES = List.of(1, 10, 100, 1_000, 10_000);
  private static final Subject ONE_PAGE = Subject.ours("Quarry's buddy system, one page");
  private static final Subject TWO_PAGES = Subject.ours("Quarry's buddy system, two pages");
  private static final Subject FIRST_FIT = Subject.peer("first-fit list, two pages");
  private static final Subject OBJECT = Subject.ours("Quarry, an object");
  private static final String UNIT = "ns";
  private static final String FREE_BLOCKS = " free blocks";
  private static final String LIVE_OBJECTS = " live objects";
  private static final String CACHES_OF_OBJECTS = " caches";
  private static final String CPUS_FOR_OBJECTS = " CPUs with slabs";
  private static final String AREAS = " areas";
  private static final Subject FOUND = Subject.ours("Quarry, an area found");
  private static final Subject REPLACED = Subject.ours("Quarry, an area unmapped and mapped");
  private static final Subject ANYWHERE = Subject.ours("Quarry, an area mapped anywhere, unmapped");

  @Override
  public FigureResult measure(Context context) throws IOException {
    Comparison comparison = new Comparison(context);
    JmhRun jmh = new JmhRun(context);
    for (int blocks : sizes(context, BLOCKS)) {
      Map<String, String> size = Map.of("freeBlocks", String.valueOf(blocks));
      String row = blocks + FREE_BLOCKS;
      add(comparison, row, ONE_PAGE, jmh, Growth.class, "buddyOnePage", size);
      add(comparison, row, TWO_PAGES, jmh, Growth.class, "buddyTwoPages", size);
      add(comparison, row, FIRST_FIT, jmh, Growth.class, "firstFitTwoPages", size);
    }
    addMachines(comparison, context, jmh);
    addObjects(comparison, context, jmh);
    for (int areas : sizes(context, BLOCKS)) {
      Map<String, String> size = Map.of("areas", String.valueOf(areas));
      add(comparison, areas + AREAS, FOUND, jmh, AreaGrowth.class, "find", size);
      add(comparison, areas + AREAS, REPLACED, jmh, AreaGrowth.class, "replace", size);
      add(comparison, areas + AREAS, ANYWHERE, jmh, AreaGrowth.class, "anywhere", size);
    }
    List<Row> rows = comparison.run(1);
    plot(context, rows);
    return new FigureResult(
        "G1",
        "a page (or two) or an object allocated and freed, an area found or replaced, as all grows",
        FigureResult.Layout.SIZES,
        rows,
        List.of(
            flat(rows, FREE_BLOCKS, ONE_PAGE),
            flat(rows, FREE_BLOCKS, TWO_PAGES),
            flat(rows, " CPUs", Subjects.QUARRY),
            flat(rows, " nodes", Subjects.QUARRY),
            flat(rows, LIVE_OBJECTS, OBJECT),
            flat(rows, CACHES_OF_OBJECTS, OBJECT),
            flat(rows, CPUS_FOR_OBJECTS, OBJECT),
            flat(rows, AREAS, FOUND),
            flat(rows, AREAS, REPLACED),
            flat(rows, AREAS, ANYWHERE)),
        context.takeNotes());
  }

  private static void addMachines(Comparison comparison, Context context, JmhRun jmh) {
    Class<?> benchmark = MachineGrowth.class;
    for (int cpus : sizes(context, CPUS)) {
      Map<String, String> size = Map.of("cpus", String.valueOf(cpus));
      add(comparison, cpus + " CPUs", Subjects.QUARRY, jmh, benchmark, "cpus", size);
    }
    for (int nodes : sizes(context, NODES)) {
      Map<String, String> size = Map.of("nodes", String.valueOf(nodes));
      add(comparison, nodes + " nodes", Subjects.QUARRY, jmh, benchmark, "nodes", size);
    }
  }

  private static void addObjects(Comparison comparison, Context context, JmhRun jmh) {
    Class<?> benchmark = ObjectGrowth.class;
    for (int objects : sizes(context, BLOCKS)) {
      Map<String, String> size = Map.of("objects", String.valueOf(objects));
      add(comparison, objects + LIVE_OBJECTS, OBJECT, jmh, benchmark, "objects", size);
    }
    for (int caches : sizes(context, CACHES)) {
      Map<String, String> size = Map.of("caches", String.valueOf(caches));
      add(comparison, caches + CACHES_OF_OBJECTS, OBJECT, jmh, benchmark, "caches", size);
    }
    for (int cpus : sizes(context, CPUS)) {
      Map<String, String> size = Map.of("cpus", String.valueOf(cpus));
      add(comparison, cpus + CPUS_FOR_OBJECTS, OBJECT, jmh, benchmark, "cpus", size);
    }
  }

  /** All sizes; the two ends and the middle where there is no time. */
  private static List<Integer> sizes(Context context, List<Integer> all) {
    boolean quick = context.effort().name().startsWith(Effort.QUICK.name());
    return quick ? List.of(all.getFirst(), all.get(all.size() / 2), all.getLast()) : all;
  }

  private static void add(
      Comparison comparison,
      String row,
      Subject subject,
      JmhRun jmh,
      Class<?> benchmark,
      String method,
      Map<String, String> size) {
    comparison.add(row, UNIT, subject, () -> jmh.nanos(benchmark, method, 1, size));
  }

  /** Costs by size, of the rows whose names end so. */
  private static Map<Integer, Double> costs(List<Row> rows, String ending, Subject subject) {
    Map<Integer, Double> costs = new TreeMap<>();
    for (Row row : rows) {
      if (row.name().endsWith(ending)) {
        int size = Integer.parseInt(row.name().substring(0, row.name().indexOf(' ')));
        row.find(subject.name()).map(Measured::median).ifPresent(ns -> costs.put(size, ns));
      }
    }
    return costs;
  }

  /**
   * Flat or logarithmic: from the smallest size to the largest the cost grows by no more than the
   * base-2 logarithm of the growth in size.
   */
  private static Verdict flat(List<Row> rows, String ending, Subject subject) {
    TreeMap<Integer, Double> costs = new TreeMap<>(costs(rows, ending, subject));
    double growth = costs.lastEntry().getValue() / costs.firstEntry().getValue();
    double sizes = (double) costs.lastKey() / costs.firstKey();
    String what =
        subject.name() + ", cost at " + costs.lastKey() + ending + " / at " + costs.firstKey();
    return Verdict.atMost(what, growth, Math.log(sizes) / Math.log(2));
  }

  private static void plot(Context context, List<Row> rows) throws IOException {
    GrowthPlot plot =
        new GrowthPlot(
            "One allocation and one free, memory fragmented as badly as can be",
            "free blocks",
            "nanoseconds");
    for (Subject subject : List.of(ONE_PAGE, TWO_PAGES, FIRST_FIT)) {
      plot.curve(subject.name(), costs(rows, FREE_BLOCKS, subject));
    }
    plot.write(context.results().resolve("G1.svg"));
    GrowthPlot areas = new GrowthPlot("Operations on areas", "areas", "nanoseconds");
    for (Subject subject : List.of(FOUND, REPLACED, ANYWHERE)) {
      areas.curve(subject.name(), costs(rows, AREAS, subject));
    }
    areas.write(context.results().resolve("G1-areas.svg"));
  }
}
