package dev.quarry.bench.figure;

import dev.quarry.bench.probe.ReplayProbe;
import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.Comparison;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.run.Effort;
import dev.quarry.bench.run.Programs;
import dev.quarry.replay.convert.Conversion;
import dev.quarry.replay.convert.Converter;
import dev.quarry.replay.read.RecordingFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * R1 and R2: requests for pages, and slab events, of a recording played in a second, by one thread,
 * from uncompressed text and from the compact form, which the host has in its page cache. The
 * recording is repeated until there are enough; each time the machine is put back to the state in
 * which the recording begins, which is not timed.
 */
final class ReplayFigure implements Figure {
  /**
   * One of the two.
   *
   * @param argument what the probe is told besides
   * @param fromText least events a second that are asked for; 0: none
   */
  private record Kind(
      String name,
      String title,
      String unit,
      String argument,
      double fromText,
      double fromCompact) {
    static final Kind PAGES = new Kind("R1", "requests", "requests/s", "pages", 3e6, 20e6);
    static final Kind SLAB = new Kind("R2", "slab events", "events/s", "slab", 0, 5e6);
  }

  private static final int WARMUPS = 8;
  private static final List<String> JVM = List.of("-Xmx2g", "-XX:+UseSerialGC", "-Xbatch");

  private final Path recording;

  private final Kind kind;

  private ReplayFigure(Path recording, Kind kind) {
    this.recording = recording;
    this.kind = kind;
  }

  /** R1. */
  static Figure ofPages(Path recording) {
    return new ReplayFigure(recording, Kind.PAGES);
  }

  /** R2. */
  static Figure ofSlabEvents(Path recording) {
    return new ReplayFigure(recording, Kind.SLAB);
  }

  @Override
  public FigureResult measure(Context context) throws IOException {
    Comparison comparison = new Comparison(context);
    add(comparison, context, "from text", Conversion.Form.TEXT);
    add(comparison, context, "from the compact form", Conversion.Form.COMPACT);
    List<Row> rows = comparison.run(context.effort().rounds());
    if (kind.equals(Kind.PAGES)) {
      context.note("libCacheSim publishes more than 20,000,000 requests/s for eviction alone");
    }
    List<Verdict> verdicts = new ArrayList<>();
    atLeast(verdicts, rows.getFirst(), kind.fromText);
    atLeast(verdicts, rows.get(1), kind.fromCompact);
    return new FigureResult(
        kind.name,
        kind.title
            + " of the recording "
            + RecordingFiles.nameOf(recording)
            + " played in a second",
        FigureResult.Layout.SUBJECTS,
        rows,
        verdicts,
        context.takeNotes());
  }

  private void atLeast(List<Verdict> verdicts, Row row, double least) {
    if (least > 0) {
      String what = kind.unit + " " + row.name();
      verdicts.add(Verdict.atLeast(what, row.ours().getFirst().median(), least));
    }
  }

  private void add(Comparison comparison, Context context, String row, Conversion.Form form)
      throws IOException {
    Path copies = Files.createDirectories(context.root().resolve("bench/target/recordings"));
    Path copy = copies.resolve(form.name());
    Converter.convert(recording, copy, new Conversion(Optional.of(form), false, true));
    List<String> lines = new ArrayList<>();
    String unit = kind.unit;
    comparison.add(
        row,
        unit,
        Subjects.QUARRY,
        () -> {
          lines.clear();
          lines.addAll(play(copy, context.effort()));
          return values(lines, "play ");
        });
    Subject reader = Subject.peer("the same, read and not played");
    comparison.add(row, unit, reader, () -> values(lines, "read "));
  }

  private List<String> play(Path copy, Effort effort) throws IOException {
    String least = String.valueOf(effort.replayEvents());
    String warmups = String.valueOf(WARMUPS);
    return Programs.fresh(ReplayProbe.class, JVM, copy.toString(), warmups, least, kind.argument);
  }

  /** The numbers of the lines that begin with a key. */
  static double[] values(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key))
        .mapToDouble(line -> Double.parseDouble(line.substring(key.length())))
        .toArray();
  }
}
