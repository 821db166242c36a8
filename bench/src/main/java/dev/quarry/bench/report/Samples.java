package dev.quarry.bench.report;

import java.util.Arrays;
import java.util.List;

/** What one thing came to, each time it was measured; shown as its median and quartiles. */
public final class Samples {
  private final double[] sorted;

  private Samples(double[] sorted) {
    this.sorted = sorted;
  }

  /** The samples {@code values}, at least one. */
  public static Samples of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("0 samples have no median");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Samples(sorted);
  }

  /** The samples of several rounds as one. */
  public static Samples ofAll(List<double[]> rounds) {
    return of(rounds.stream().flatMapToDouble(Arrays::stream).toArray());
  }

  /** The middle one, or the mean of the middle two. */
  public double median() {
    return at(0.5);
  }

  /** A quarter of the samples is below. */
  public double lowerQuartile() {
    return at(0.25);
  }

  /** A quarter of the samples is above. */
  public double upperQuartile() {
    return at(0.75);
  }

  /** Linear between the samples that are nearest. */
  private double at(double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
  }

  /** All of them in ascending order. */
  public double[] toArray() {
    return sorted.clone();
  }
}
