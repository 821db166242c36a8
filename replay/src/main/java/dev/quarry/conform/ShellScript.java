package dev.quarry.conform;

/** t */
final class ShellScript {
  private ShellScript() {}

  static String of(Sequence s) {
    StringBuilder b = new StringBuilder("# " + s.settings() + "\n");
    for (Op o : s.operations()) b.append(o).append("\n");
    return b.toString();
  }
}
