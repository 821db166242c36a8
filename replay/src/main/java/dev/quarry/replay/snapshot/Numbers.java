package dev.quarry.replay.snapshot;

import java.util.Arrays;

/** A row of numbers that does not change, such as the columns of one line. */
public final class Numbers {
  private final long[] values;

  private Numbers(long[] values) {
    this.values = values;
  }

  /** A copy of the first numbers of an array. */
  static Numbers copyOf(long[] values, int length) {
    return new Numbers(Arrays.copyOf(values, length));
  }

  /** How many there are. */
  public int size() {
    return values.length;
  }

  /** One of them. */
  public long get(int index) {
    return values[index];
  }

  /** A copy of all of them. */
  public long[] toArray() {
    return values.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Numbers numbers && Arrays.equals(values, numbers.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
