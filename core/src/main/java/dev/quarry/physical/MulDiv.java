package dev.quarry.physical;

/** Multiplication by a fraction without overflow. */
final class MulDiv {
  private MulDiv() {}

  /** {@code value * numerator / denominator}, rounded down: {@code mult_frac()}. */
  static long fraction(long value, long numerator, long denominator) {
    long whole = value / denominator;
    long rest = value % denominator;
    return whole * numerator + rest * numerator / denominator;
  }
}
