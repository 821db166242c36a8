package dev.quarry.bench.figure;

import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.report.Measured;
import dev.quarry.bench.report.Row;
import dev.quarry.bench.report.Samples;
import dev.quarry.bench.report.Subject;
import dev.quarry.bench.report.Verdict;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.work.LabelledLog;
import dev.quarry.bench.work.LogAnswer;
import dev.quarry.bench.work.LogScore;
import dev.quarry.explain.Explainer;
import dev.quarry.explain.log.LogReader;
import dev.quarry.explain.log.MemoryReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * T3: how often {@code quarry explain} is right about logs that were explained by hand, beside the
 * rule of thumb that people go by: some zone has less free than its min mark, or than its low mark.
 */
final class LogFigure implements Figure {
  private static final double ALL_PERCENT = 100;

  private final Path folder;

  LogFigure(Path folder) {
    this.folder = folder;
  }

  @Override
  public FigureResult measure(Context context) throws IOException {
    List<Row> rows = new ArrayList<>();
    if (Files.isRegularFile(folder.resolve("labels.json"))) {
      rows.addAll(rows(LabelledLog.read(folder)));
      context.note("counted once, nothing is timed: the quartiles are the median");
    } else {
      context.note("not measured: no labels.json is in the folder of --logs");
    }
    List<Verdict> verdicts =
        rows.stream()
            .map(row -> Verdict.atLeast(row.name(), row.ours().getFirst().median(), ALL_PERCENT))
            .toList();
    return new FigureResult(
        "T3",
        "logs explained by hand: how often each way is right",
        FigureResult.Layout.SUBJECTS,
        rows,
        verdicts,
        context.takeNotes());
  }

  private static List<Row> rows(List<LabelledLog> logs) {
    Map<Subject, Function<MemoryReport, LogAnswer>> ways = new LinkedHashMap<>();
    ways.put(Subjects.QUARRY, report -> LogAnswer.of(new Explainer().judge(report)));
    for (String mark : List.of("min", "low")) {
      ways.put(
          Subject.peer("rule of thumb: free below " + mark),
          report -> LogAnswer.byRuleOfThumb(report, mark));
    }
    Map<Subject, LogScore> scores = new LinkedHashMap<>();
    ways.forEach((subject, way) -> scores.put(subject, score(logs, way)));
    List<Row> rows = new ArrayList<>();
    for (LogScore.Question question : LogScore.Question.values()) {
      long asked = scores.values().iterator().next().all(question);
      rows.add(row(question.text() + " (" + asked + ")", question, scores));
    }
    return rows;
  }

  /** The first report of a log is the labelled one; a log without any is answered with nothing. */
  private static LogScore score(List<LabelledLog> logs, Function<MemoryReport, LogAnswer> way) {
    LogScore score = new LogScore();
    for (LabelledLog log : logs) {
      List<MemoryReport> reports = LogReader.readAll(log.file());
      LogAnswer nothing = new LogAnswer(false, List.of());
      score.add(log, reports.isEmpty() ? nothing : way.apply(reports.getFirst()));
    }
    return score;
  }

  private static Row row(String name, LogScore.Question question, Map<Subject, LogScore> scores) {
    List<Measured> measured = new ArrayList<>();
    scores.forEach((subject, score) ->
        measured.add(new Measured(subject, Samples.of(score.percent(question)))));
    return new Row(name, "right, %", measured);
  }
}
