package dev.quarry.bench.work;

import dev.quarry.bench.work.LabelledLog.ZoneLabel;
import dev.quarry.explain.verdict.Verdict;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How often answers about logs are right, by what is asked. */
public final class LogScore {
  private static final long NEAR_PAGES = 1;

  /** What is asked. */
  public enum Question {
    EXPLAINED("does the snapshot explain the failure?"),
    ELIGIBLE("may the request use the zone?"),
    SERVES("would the zone serve it?"),
    VERDICT("why does the zone refuse?"),
    MARGIN("by how many pages, within one?");

    private final String text;

    Question(String text) {
      this.text = text;
    }

    /** The question in words. */
    public String text() {
      return text;
    }
  }

  private final Map<Question, long[]> rightAndAll = new EnumMap<>(Question.class);

  /** Counts the answer to one log. */
  public void add(LabelledLog label, LogAnswer answer) {
    label.explained().ifPresent(truth -> count(Question.EXPLAINED, truth == answer.explained()));
    for (ZoneLabel zone : label.zones()) {
      zone(zone, answer.find(zone).orElse(null));
    }
  }

  private void zone(ZoneLabel label, LogAnswer.@Nullable Zone answer) {
    // A zone that is not named is one that the request may not use.
    boolean eligible = answer != null && answer.eligible();
    count(Question.ELIGIBLE, label.eligible() == eligible);
    if (!label.eligible()) {
      return;
    }
    String verdict = answer == null ? null : answer.verdict();
    String passes = Verdict.PASSES.label();
    count(Question.SERVES, passes.equals(label.verdict()) == passes.equals(verdict));
    if (!passes.equals(label.verdict())) {
      count(Question.VERDICT, Objects.equals(label.verdict(), verdict));
    }
    Long truth = label.marginPages();
    if (truth != null) {
      Long margin = answer == null ? null : answer.marginPages();
      count(Question.MARGIN, margin != null && Math.abs(truth - margin) <= NEAR_PAGES);
    }
  }

  private void count(Question question, boolean right) {
    long[] counts = rightAndAll.computeIfAbsent(question, _ -> new long[2]);
    counts[0] += right ? 1 : 0;
    counts[1]++;
  }

  /** How many answers there were to a question. */
  public long all(Question question) {
    return rightAndAll.getOrDefault(question, new long[2])[1];
  }

  /** The share of right ones among them, in percent. */
  public double percent(Question question) {
    long[] counts = rightAndAll.getOrDefault(question, new long[2]);
    return counts[1] == 0 ? Double.NaN : 100.0 * counts[0] / counts[1];
  }
}
