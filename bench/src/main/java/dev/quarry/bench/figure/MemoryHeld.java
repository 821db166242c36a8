package dev.quarry.bench.figure;

import dev.quarry.bench.probe.HeldProbe;
import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Measured;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Samples;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.CPeer;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.run.Programs;
import dev.quarry.bench.work.Mix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * P5: memory held for memory asked for, one million objects of P2's mix, fresh and after one
 * million times a random one was freed and another allocated. Measured once: there is no chance in
 * it.
 *
 * <p>Quarry counts pages of slabs and these pages' descriptors, Netty the direct memory that it
 * uses; an allocator of C, what the process's resident memory grew by, each page touched.
 */
final class MemoryHeld implements Figure {
  private static final double OF_ASKED = 1.08;
  private static final String UNIT = "held / asked for";
  private static final List<String> JVM_ARGS =
      List.of(
          "-Xmx2g",
          "-XX:MaxDirectMemorySize=12g",
          "--sun-misc-unsafe-memory-access=allow",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
          "-Dio.netty.noUnsafe=false",
          "-Dio.netty.tryReflectionSetAccessible=true",
          "-Dio.netty.leakDetection.level=disabled");

  private final List<Measured> fresh = new ArrayList<>();
  private final List<Measured> churned = new ArrayList<>();

  @Override
  public FigureResult measure(Context context) throws IOException {
    int blocks = context.effort().heldBlocks();
    inJava(context, Subjects.QUARRY_FINE, "quarry", "fine", blocks);
    inJava(context, Subjects.QUARRY_COURSE, "quarry", "course", blocks);
    for (CPeer peer : CPeer.find(context)) {
      context.progress(peer.name());
      String seed = String.valueOf(Mix.SEED);
      add(Subject.peer(peer.name()), peer.run(List.of("held", seed, String.valueOf(blocks))));
    }
    inJava(context, Subjects.NETTY_POOLED, "netty", "pooled", blocks);
    inJava(context, Subjects.NETTY_ADAPTIVE, "netty", "adaptive", blocks);
    return new FigureResult(
        "P5",
        String.format(Locale.ROOT, "memory held / asked for, %,d objects of 33 to 4,096 B", blocks),
        FigureResult.Layout.SUBJECTS,
        List.of(
            new Row("fresh", UNIT, fresh), new Row("after as many replacements", UNIT, churned)),
        List.of(
            Verdict.atMost(
                Subjects.QUARRY_FINE.name() + ", held / asked for after the changes",
                churned.getFirst().median(),
                OF_ASKED)),
        context.takeNotes());
  }

  private void inJava(Context context, Subject subject, String kind, String name, int blocks)
      throws IOException {
    context.progress(subject.name());
    add(subject, Programs.fresh(HeldProbe.class, JVM_ARGS, kind, name, String.valueOf(blocks)));
  }

  private void add(Subject subject, List<String> lines) {
    fresh.add(new Measured(subject, Samples.of(Double.parseDouble(lines.get(0)))));
    churned.add(new Measured(subject, Samples.of(Double.parseDouble(lines.get(1)))));
  }
}
