package dev.quarry.bench.figure;

import dev.quarry.bench.probe.RefProbe;
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
import dev.quarry.replay.read.ByteSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * REFS: memory references of a program played in a second, with page faults, accessed and dirty
 * bits, by one thread, from uncompressed text and from the compact form, which the host has in its
 * page cache; with the usual TLB, with none, and for stack distances, of which a miss ratio curve
 * is made. The recording is repeated within the file.
 */
final class RefFigure implements Figure {
  private static final String UNIT = "references/s";
  private static final double FROM_TEXT = 20e6;
  private static final double FROM_COMPACT = 100e6;
  private static final String RECORDING = "examples/references/sieve.txt.xz";
  private static final int REPEATS = 8;
  private static final int WARMUPS = 6;

  /** References for each event that other replays are asked for: they are so much faster. */
  private static final int REFERENCES_FOR_AN_EVENT = 5;

  private static final List<String> JVM = List.of("-Xmx2g", "-XX:+UseSerialGC", "-Xbatch");
  private static final Subject READER = Subject.peer("the same, read and not played");

  /** What is done, in words and for the probe. */
  private record Use(String words, String argument) {}

  private static final List<Use> USES =
      List.of(
          new Use("usual TLB", "tlb=usual"),
          new Use("no TLB", "tlb=off"),
          new Use("stack distances", "distances"));

  @Override
  public FigureResult measure(Context context) throws IOException {
    Path text = repeated(context);
    Path compact = text.resolveSibling("references.qrc");
    Converter.convert(
        text, compact, new Conversion(Optional.of(Conversion.Form.COMPACT), false, true));
    Comparison comparison = new Comparison(context);
    for (Use use : USES) {
      add(comparison, context, "from text, " + use.words, text, use);
    }
    for (Use use : USES) {
      add(comparison, context, "from the compact form, " + use.words, compact, use);
    }
    List<Row> rows = comparison.run(context.effort().rounds());
    context.note("valgrind's lackey produces such references at 1,400,000 to 2,200,000 a second");
    List<Verdict> verdicts = new ArrayList<>();
    for (Row row : rows) {
      double least = row.name().startsWith("from text") ? FROM_TEXT : FROM_COMPACT;
      if (!row.name().endsWith(USES.getLast().words)) {
        double got = row.ours().getFirst().median();
        verdicts.add(Verdict.atLeast(UNIT + " " + row.name(), got, least));
      }
    }
    return new FigureResult(
        "REFS",
        "memory references played in a second",
        FigureResult.Layout.SUBJECTS,
        rows,
        verdicts,
        context.takeNotes());
  }

  private void add(Comparison comparison, Context context, String row, Path file, Use use) {
    List<String> lines = new ArrayList<>();
    comparison.add(
        row,
        UNIT,
        Subjects.QUARRY,
        () -> {
          lines.clear();
          lines.addAll(play(file, context.effort(), use));
          return ReplayFigure.values(lines, "play ");
        });
    comparison.add(row, UNIT, READER, () -> ReplayFigure.values(lines, "read "));
  }

  private static List<String> play(Path file, Effort effort, Use use) throws IOException {
    String least = String.valueOf(REFERENCES_FOR_AN_EVENT * effort.replayEvents());
    String warmups = String.valueOf(WARMUPS);
    return Programs.fresh(RefProbe.class, JVM, file.toString(), warmups, least, use.argument);
  }

  /** The recording without its comments, as its totals are those of one time, again and again. */
  private static Path repeated(Context context) throws IOException {
    Path folder = Files.createDirectories(context.root().resolve("bench/target/recordings"));
    Path recording = context.root().resolve(RECORDING);
    ByteArrayOutputStream once = new ByteArrayOutputStream();
    try (ByteSource source = ByteSource.open(recording, RECORDING)) {
      byte[] buffer = new byte[1 << 16];
      for (int got; (got = source.read(buffer, 0, buffer.length)) >= 0; ) {
        once.write(buffer, 0, got);
      }
    }
    StringBuilder references = new StringBuilder();
    once.toString(StandardCharsets.ISO_8859_1)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> references.append(line).append('\n'));
    byte[] bytes = references.toString().getBytes(StandardCharsets.ISO_8859_1);
    Path file = folder.resolve("references.txt");
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < REPEATS; i++) {
        out.write(bytes);
      }
    }
    return file;
  }
}
