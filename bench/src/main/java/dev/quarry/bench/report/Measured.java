package dev.quarry.bench.report;

/** What a subject came to. */
public record Measured(Subject subject, Samples samples) {
  /** The median. */
  public double median() {
    return samples.median();
  }
}
