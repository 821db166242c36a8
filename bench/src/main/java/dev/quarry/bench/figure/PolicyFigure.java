package dev.quarry.bench.figure;

import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Measured;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Samples;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.run.Context;
import dev.quarry.replay.refs.MissRatioCurve;
import dev.quarry.replay.refs.Optimum;
import dev.quarry.replay.refs.PolicyRow;
import dev.quarry.replay.refs.RefReader;
import dev.quarry.replay.refs.RefReplay;
import dev.quarry.replay.trace.EventFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * POLICIES: what both LRU policies miss of traces of references, beside Belady's optimum and plain
 * CLOCK with as many pages: {@code quarry replay --policies}.
 */
final class PolicyFigure implements Figure {
  private static final String EXAMPLES = "examples/references";
  private static final String TRACES = "../shared/traces/L";
  private static final String SUFFIX = ".txt.xz";

  @Override
  public FigureResult measure(Context context) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (Path trace : traces(context.root())) {
      String file = trace.getFileName().toString();
      String name = file.substring(0, file.length() - SUFFIX.length());
      context.progress(name);
      addRows(rows, name, trace);
    }
    context.note("the optimum and CLOCK have as many pages as the policy had at its most");
    return new FigureResult(
        "POLICIES",
        "misses of LRU policies in too little memory",
        FigureResult.Layout.SIZES,
        rows,
        List.of(),
        context.takeNotes());
  }

  private static List<Path> traces(Path root) throws IOException {
    List<Path> traces = new ArrayList<>();
    for (String folder : List.of(EXAMPLES, TRACES)) {
      if (Files.isDirectory(root.resolve(folder))) {
        try (Stream<Path> files = Files.list(root.resolve(folder))) {
          files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().forEach(traces::add);
        }
      }
    }
    return traces;
  }

  /** Two tables of a trace: a line for each size of memory. */
  private static void addRows(List<Row> rows, String name, Path file) throws IOException {
    Optimum trace = new Optimum();
    MissRatioCurve curve = curve(file, trace);
    Map<Integer, List<PolicyRow>> bySize = new LinkedHashMap<>();
    for (PolicyRow line : PolicyRow.all(trace, curve)) {
      bySize.computeIfAbsent(line.quarters(), _ -> new ArrayList<>()).add(line);
    }
    String of = " frames for the " + trace.pages() + " pages of " + name;
    List<Row> ratios = new ArrayList<>();
    for (List<PolicyRow> lines : bySize.values()) {
      int frames = lines.stream().mapToInt(PolicyRow::memory).max().orElseThrow();
      double optimum = trace.optimum(frames);
      double clock = trace.clock(frames);
      List<Measured> misses = new ArrayList<>();
      List<Measured> times = new ArrayList<>();
      for (PolicyRow line : lines) {
        Subject ours = Subject.ours("Quarry " + line.policy().label());
        misses.add(new Measured(ours, Samples.of(line.misses())));
        times.add(times(line, "the optimum", optimum));
        times.add(times(line, "CLOCK", clock));
      }
      misses.add(new Measured(Subject.peer("Belady's optimum"), Samples.of(optimum)));
      misses.add(new Measured(Subject.peer("CLOCK"), Samples.of(clock)));
      rows.add(new Row(frames + of, "misses", misses));
      ratios.add(new Row(frames + of + ", times", "times", times));
    }
    rows.addAll(ratios);
  }

  private static MissRatioCurve curve(Path trace, Optimum touched) throws IOException {
    String name = trace.getFileName().toString();
    try (EventFile file = EventFile.open(trace, name);
        RefReader reader = file.references(true)) {
      return RefReplay.touches(reader, touched, _ -> {}).curve();
    }
  }

  private static Measured times(PolicyRow line, String whose, double misses) {
    Subject subject = Subject.ours(line.policy().label() + " / " + whose);
    return new Measured(subject, Samples.of(line.misses() / misses));
  }
}
