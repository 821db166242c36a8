package dev.quarry.cli.lang;

/** Compares values: numbers by size, everything else as text, for equality only. */
final class Comparison {
  private Comparison() {}

  /**
   * Whether {@code left operator right}.
   *
   * @throws IllegalArgumentException if the two have no order
   */
  static boolean holds(Value left, String operator, Value right) {
    if (left instanceof Value.Number(long l) && right instanceof Value.Number(long r)) {
      return ordered(Long.compare(l, r), operator);
    }
    boolean equal = left.word().equals(right.word());
    return switch (operator) {
      case "==" -> equal;
      case "!=" -> !equal;
      default ->
          throw new IllegalArgumentException(
              "\"" + operator + "\" compares numbers, not " + left.word() + " and " + right.word());
    };
  }

  private static boolean ordered(int order, String operator) {
    return switch (operator) {
      case "==" -> order == 0;
      case "!=" -> order != 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }
}
