package dev.quarry.bench.figure;

import dev.quarry.bench.probe.Hello;
import dev.quarry.bench.probe.PicocliHello;
import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Measured;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Samples;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.CommandTimer;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.run.Programs;
import dev.quarry.bench.run.SmallJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** B2: how long {@code ./quarry --help} takes to its first line, and to its end. */
final class Start implements Figure {
  private static final double MOST_MILLIS = 200;
  private static final String ARCHIVE = "hello.jsa";

  @Override
  public FigureResult measure(Context context) throws IOException {
    List<Timed> commands = commands(context);
    for (Timed command : commands) {
      context.progress("once before: " + command.subject.name());
      CommandTimer.time(context.root(), command.line); // builds, and makes archives
    }
    int number = context.effort().starts() * context.effort().rounds();
    context.progress(number + " starts of each");
    for (int i = 0; i < number; i++) {
      for (Timed command : commands) {
        command.starts.add(CommandTimer.time(context.root(), command.line));
      }
    }
    List<Row> rows =
        List.of(
            row("to the first line", commands, CommandTimer.Start::firstLineMillis),
            row("to the end", commands, CommandTimer.Start::endMillis));
    double first = rows.getFirst().measured().getFirst().median();
    return new FigureResult(
        "B2",
        "start of the command ./quarry --help",
        FigureResult.Layout.SUBJECTS,
        rows,
        List.of(Verdict.atMost("to the first line, ms", first, MOST_MILLIS)),
        context.takeNotes());
  }

  private record Timed(Subject subject, List<String> line, List<CommandTimer.Start> starts) {
    Timed(Subject subject, List<String> line) {
      this(subject, line, new ArrayList<>());
    }

    Measured measured(ToDoubleFunction<CommandTimer.Start> millis) {
      return new Measured(subject, Samples.of(starts.stream().mapToDouble(millis).toArray()));
    }
  }

  private static List<Timed> commands(Context context) throws IOException {
    String launcher = context.root().resolve("quarry").toString();
    Path target = context.root().resolve("bench/target");
    Path jar = target.resolve("hello.jar");
    Files.deleteIfExists(target.resolve(ARCHIVE)); // an older one does not fit the new jar
    SmallJar.copy(
        Path.of(System.getProperty("java.class.path")),
        jar,
        List.of("dev/quarry/bench/probe/", "picocli/"));
    return List.of(
        new Timed(Subjects.QUARRY, List.of(launcher, "--help")),
        new Timed(Subject.peer("bare JVM, one line"), java(jar, List.of(), Hello.class)),
        new Timed(
            Subject.peer("picocli, one option's help"), java(jar, List.of(), PicocliHello.class)),
        new Timed(
            Subject.peer("the same, classes from an archive"),
            java(jar, archive(target), PicocliHello.class)));
  }

  /** As the launcher does it. */
  private static List<String> archive(Path target) {
    return List.of(
        "-Xlog:disable",
        "-XX:+AutoCreateSharedArchive",
        "-XX:SharedArchiveFile=" + target.resolve(ARCHIVE));
  }

  private static List<String> java(Path jar, List<String> options, Class<?> main) {
    List<String> command = new ArrayList<>(List.of(Programs.java()));
    command.addAll(options);
    command.addAll(List.of("-cp", jar.toString(), main.getName(), "--help"));
    return command;
  }

  private static Row row(
      String name, List<Timed> commands, ToDoubleFunction<CommandTimer.Start> millis) {
    return new Row(name, "ms", commands.stream().map(c -> c.measured(millis)).toList());
  }
}
