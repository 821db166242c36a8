package dev.quarry.replay.html;

import dev.quarry.replay.play.FailureTimes;
import dev.quarry.replay.play.Failures;
import dev.quarry.replay.report.ReplayResult;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Failed requests over time by order and by reason, and how often each reason was given. */
final class FailureData {
  private static final int MOST_REASONS = 12;

  private FailureData() {}

  static void put(ObjectNode node, ReplayResult result) {
    Failures failures = result.player().failures();
    node.put("total", result.player().counters().failures());
    node.put("kernel", result.player().counters().recordedFailures());
    node.put("stepMicros", failures.times().stepMicros());
    List<Failures.Reason> reasons = failures.reasons();
    List<Failures.Reason> shown = reasons.subList(0, Math.min(MOST_REASONS, reasons.size()));
    Map<String, Integer> numbers = new TreeMap<>();
    ArrayNode texts = node.putArray("reasons");
    for (Failures.Reason reason : shown) {
      numbers.put(reason.text(), numbers.size());
      texts.addObject().put("text", reason.text()).put("count", reason.count());
    }
    long others = reasons.stream().skip(MOST_REASONS).mapToLong(Failures.Reason::count).sum();
    if (others > 0) {
      int kinds = reasons.size() - shown.size();
      texts.addObject().put("text", kinds + " other reasons").put("count", others);
    }
    rows(node.putArray("rows"), failures.times().rows(), numbers);
  }

  private static void rows(
      ArrayNode out, List<FailureTimes.Row> rows, Map<String, Integer> numbers) {
    for (FailureTimes.Row row : rows) {
      ObjectNode node = out.addObject().put("order", row.order());
      // A reason without a number is one of the others, which come last.
      node.put("reason", numbers.getOrDefault(row.reason(), numbers.size()));
      Runs runs = new Runs(node.putArray("counts"));
      row.counts().forEach(runs::add);
      runs.end();
    }
  }
}
