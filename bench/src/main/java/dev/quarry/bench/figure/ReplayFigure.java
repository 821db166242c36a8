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
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * R1: requests of a recording played in a second, by one thread, from uncompressed text that the
 * host has in its page cache. The recording is repeated until there are enough; each time the
 * machine is put back to the state in which the recording begins, which is not timed.
 */
final class ReplayFigure implements Figure {
  private static final double LEAST_FROM_TEXT = 3e6;
  private static final int WARMUPS = 5;
  private static final List<String> JVM = List.of("-Xmx2g", "-XX:+UseSerialGC");

  private final Path recording;

  ReplayFigure(Path recording) {
    this.recording = recording;
  }

  @Override
  public FigureResult measure(Context context) throws IOException {
    Path plain = PlainRecording.of(recording, context.root().resolve("bench/target/recordings"));
    List<String> lines = new java.util.ArrayList<>();
    Comparison comparison = new Comparison(context);
    String row = "from text";
    String unit = "requests/s";
    Effort effort = context.effort();
    comparison.add(
        row,
        unit,
        Subjects.QUARRY,
        () -> {
          lines.clear();
          lines.addAll(play(plain, effort));
          return values(lines, "play ");
        });
    Subject reader = Subject.peer("the same, read and not played");
    comparison.add(row, unit, reader, () -> values(lines, "read "));
    List<Row> rows = comparison.run(effort.rounds());
    double rate = rows.getFirst().measured().getFirst().median();
    context.note("libCacheSim publishes more than 20,000,000 requests/s for eviction alone");
    return new FigureResult(
        "R1",
        "requests of the recording " + recording.getFileName() + " played in a second",
        FigureResult.Layout.SUBJECTS,
        rows,
        List.of(Verdict.atLeast("requests/s from text", rate, LEAST_FROM_TEXT)),
        context.takeNotes());
  }

  private static List<String> play(Path plain, Effort effort) throws IOException {
    String least = String.valueOf(effort.replayEvents());
    String warmups = String.valueOf(WARMUPS);
    return Programs.fresh(ReplayProbe.class, JVM, plain.toString(), warmups, least);
  }

  private static double[] values(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key))
        .mapToDouble(line -> Double.parseDouble(line.substring(key.length())))
        .toArray();
  }
}
