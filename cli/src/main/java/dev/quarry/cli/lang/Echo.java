package dev.quarry.cli.lang;

/**
 * Shows a script's own lines between its results, once a session echoes: commands behind a prompt,
 * comments and empty lines as they are.
 */
final class Echo {
  private final Session session;
  private final String[] lines;
  private final int firstLine;
  private int next;

  Echo(Session session, String script, int firstLine) {
    this.session = session;
    this.lines = script.split("\n", -1);
    this.firstLine = firstLine;
    this.next = firstLine;
  }

  /** Shows what stands between the statement before and this one, and this one. */
  void before(Parser.Lines statement) {
    while (next <= statement.last()) {
      boolean begins = next == statement.first();
      String prompt = begins ? "quarry> " : next > statement.first() ? "     ... " : "";
      show(prompt);
    }
  }

  /** Shows what stands behind the last statement. */
  void rest() {
    while (next - firstLine < lines.length - 1) {
      show("");
    }
  }

  private void show(String prompt) {
    if (session.echoes()) {
      session.out().println((prompt + lines[next - firstLine]).stripTrailing());
    }
    next++;
  }
}
