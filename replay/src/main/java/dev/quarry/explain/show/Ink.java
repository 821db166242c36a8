package dev.quarry.explain.show;

/** Colours for a terminal, or none. Applied to text that is already padded. */
public enum Ink {
  PLAIN,
  COLOURS;

  String bold(String text) {
    return coded("1", text);
  }

  String faint(String text) {
    return coded("2", text);
  }

  String bad(String text) {
    return coded("31", text);
  }

  String good(String text) {
    return coded("32", text);
  }

  String doubtful(String text) {
    return coded("33", text);
  }

  private String coded(String code, String text) {
    return this == PLAIN || text.isBlank() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
  }
}
