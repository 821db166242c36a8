package dev.quarry.bench.figure;

import dev.quarry.bench.probe.CompactionProbe;
import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Measured;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Samples;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.run.CProgram;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.run.Programs;
import dev.quarry.bench.run.Sampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * COMPACT: blocks of order 9 that compaction wins for each 1,000 pages that it moves, and its time
 * for each of them, where a process holds one page of each pair of 256 MiB; beside the running
 * kernel's {@code compact_memory} after the same, which compacts all of the host, and which only
 * root may ask for.
 */
final class CompactionFigure implements Figure {
  private static final String MIB = "256";
  private static final String WARM_MACHINES = "8";
  private static final int SAMPLES = 3;
  private static final Path COMPACT_MEMORY = Path.of("/proc/sys/vm/compact_memory");
  private static final Subject QUARRY = Subject.ours("Quarry compact_memory");
  private static final Subject KERNEL = Subject.peer("the kernel: compact_memory");

  private final List<Measured> won = new ArrayList<>();
  private final List<Measured> nanos = new ArrayList<>();

  @Override
  public FigureResult measure(Context context) throws IOException {
    int rounds = context.effort().rounds();
    List<String> arguments = List.of("-Xbatch", "-Xmx256m", "-XX:+UseSerialGC");
    String samples = String.valueOf(SAMPLES);
    add(
        QUARRY,
        rounds,
        () ->
            Programs.numbers(
                Programs.fresh(CompactionProbe.class, arguments, MIB, WARM_MACHINES, samples)));
    Optional<CProgram> program =
        CProgram.find(context, "compactbench", "the kernel's compaction is");
    if (program.isPresent() && !Files.isWritable(COMPACT_MEMORY)) {
      context.note("the kernel's compaction is missing: only root may write " + COMPACT_MEMORY);
    } else if (program.isPresent()) {
      add(KERNEL, rounds * SAMPLES, () -> program.get().numbers(List.of(MIB)));
      context.note(
          "the kernel compacts all of the host, whatever else is in its memory; Quarry a machine"
              + " of 320 MiB with one process");
    }
    return new FigureResult(
        "COMPACT",
        "compaction of memory in which one page of each pair is held",
        FigureResult.Layout.SUBJECTS,
        List.of(
            new Row("blocks of order 9 for each 1,000 pages moved", "blocks", won),
            new Row("a page moved", "ns", nanos)),
        List.of(),
        context.takeNotes());
  }

  /** Takes a program that prints pages moved, blocks won, nanoseconds, of one run or of several. */
  private void add(Subject subject, int times, Sampler run) throws IOException {
    List<Double> blocks = new ArrayList<>();
    List<Double> pages = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      double[] numbers = run.sample();
      for (int at = 0; at < numbers.length; at += 3) {
        double moved = Math.max(1, numbers[at]);
        blocks.add(numbers[at + 1] * 1000 / moved);
        pages.add(numbers[at + 2] / moved);
      }
    }
    won.add(new Measured(subject, samples(blocks)));
    nanos.add(new Measured(subject, samples(pages)));
  }

  private static Samples samples(List<Double> values) {
    return Samples.of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
