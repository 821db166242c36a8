package dev.quarry.cli.lang;

import java.util.OptionalLong;

/** Compares values: numbers and addresses by size, everything else as text, for equality only. */
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
    if (isAddress(left) || isAddress(right)) {
      OptionalLong l = number(left);
      OptionalLong r = number(right);
      if (l.isPresent() && r.isPresent()) {
        return ordered(Long.compareUnsigned(l.getAsLong(), r.getAsLong()), operator);
      }
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

  private static boolean isAddress(Value value) {
    return value.word().matches("0x[0-9a-f]{1,16}");
  }

  /** A number, or an address as one. */
  private static OptionalLong number(Value value) {
    if (value instanceof Value.Number(long number)) {
      return OptionalLong.of(number);
    }
    return isAddress(value)
        ? OptionalLong.of(Long.parseUnsignedLong(value.word().substring(2), 16))
        : OptionalLong.empty();
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
