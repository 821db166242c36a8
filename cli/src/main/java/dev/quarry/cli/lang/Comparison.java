package dev.quarry.cli.lang;

/** Compares values: numbers by size, everything else as text. */
final class Comparison {
  private Comparison() {}

  static boolean holds(Value left, String operator, Value right) {
    int order =
        left instanceof Value.Number(long l) && right instanceof Value.Number(long r)
            ? Long.compare(l, r)
            : left.show().compareTo(right.show());
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
