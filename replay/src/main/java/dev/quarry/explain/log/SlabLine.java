package dev.quarry.explain.log;

/** A row of the table of unreclaimable slabs: name, used, total. */
final class SlabLine {
  private static final String COLUMNS_HEAD = "Name ";

  private SlabLine() {}

  /** Whether a line is one, or its first half. */
  static boolean is(String text) {
    int last = text.lastIndexOf(' ');
    if (last <= 0 || text.startsWith(COLUMNS_HEAD)) {
      return false;
    }
    if (!text.endsWith("KB") || !WordShape.isSize(text.substring(last + 1))) {
      return false;
    }
    String name = text.substring(0, text.indexOf(' '));
    String middle = text.substring(name.length(), last).strip();
    return !WordShape.isSize(name) && (middle.isEmpty() || WordShape.isSize(middle));
  }

  /** Whether its second figure is there. */
  static boolean isWhole(String text) {
    return text.split(" +", -1).length == 3;
  }
}
