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
 * R1: requests of a recording played in a second, by one thread, from uncompressed text and from
 * the compact form, which the host has in its page cache. The recording is repeated until there are
 * enough; each time the machine is put back to the state in which the recording begins, which is
 * not timed.
 */
final class ReplayFigure implements Figure {
  private static final double LEAST_FROM_TEXT = 3e6;
  private static final double LEAST_FROM_COMPACT = 20e6;
  private static final int WARMUPS = 8;
  private static final List<String> JVM = List.of("-Xmx2g", "-XX:+UseSerialGC", "-Xbatch");

  private final Path recording;

  ReplayFigure(Path recording) {
    this.recording = recording;
  }

  @Override
  public FigureResult measure(Context context) throws IOException {
    Comparison comparison = new Comparison(context);
    add(comparison, context, "from text", Conversion.Form.TEXT);
    add(comparison, context, "from the compact form", Conversion.Form.COMPACT);
    List<Row> rows = comparison.run(context.effort().rounds());
    context.note("libCacheSim publishes more than 20,000,000 requests/s for eviction alone");
    return new FigureResult(
        "R1",
        "requests of the recording " + RecordingFiles.nameOf(recording) + " played in a second",
        FigureResult.Layout.SUBJECTS,
        rows,
        List.of(
            atLeast(rows.getFirst(), LEAST_FROM_TEXT), atLeast(rows.get(1), LEAST_FROM_COMPACT)),
        context.takeNotes());
  }

  private static Verdict atLeast(Row row, double least) {
    return Verdict.atLeast("requests/s " + row.name(), row.ours().getFirst().median(), least);
  }

  private void add(Comparison comparison, Context context, String row, Conversion.Form form)
      throws IOException {
    Path copies = Files.createDirectories(context.root().resolve("bench/target/recordings"));
    Path copy = copies.resolve(form.name());
    Converter.convert(recording, copy, new Conversion(Optional.of(form), false, true));
    List<String> lines = new ArrayList<>();
    String unit = "requests/s";
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

  static List<String> play(Path copy, Effort effort) throws IOException {
    String least = String.valueOf(effort.replayEvents());
    String warmups = String.valueOf(WARMUPS);
    return Programs.fresh(ReplayProbe.class, JVM, copy.toString(), warmups, least);
  }

  private static double[] values(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key))
        .mapToDouble(line -> Double.parseDouble(line.substring(key.length())))
        .toArray();
  }
}
