package dev.quarry.cli.commands;

/** The course's steps of an operation, one below the other, each with what it did. */
final class Steps {
  private static final int COLUMN = 30;

  private final StringBuilder out = new StringBuilder();
  private int number;

  /** The next step. */
  Steps step(String name, String did) {
    number++;
    String head = "  " + number + " " + name;
    out.append(out.isEmpty() ? "" : "\n");
    out.append(head).append(" ".repeat(Math.max(2, COLUMN - head.length()))).append(did);
    return this;
  }

  /** More that the last step did, on a line of its own; nothing if it is empty. */
  Steps more(String did) {
    if (!did.isEmpty()) {
      out.append('\n').append(" ".repeat(COLUMN)).append(did);
    }
    return this;
  }

  String text() {
    return out.toString();
  }
}
