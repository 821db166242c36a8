package dev.quarry.replay.faults;

/** Fields {@code key=value} of an event's text; values hold no blanks, but names of threads may. */
final class EventFields {
  private EventFields() {}

  /** The first value of a key, or an empty text. */
  static String text(String rest, String key) {
    return at(rest, rest.startsWith(key + "=") ? 0 : rest.indexOf(" " + key + "=") + 1, key);
  }

  /** The last value of a key: behind a thread's name, whatever that is. */
  static String last(String rest, String key) {
    int at = rest.lastIndexOf(" " + key + "=");
    return at < 0 ? text(rest, key) : at(rest, at + 1, key);
  }

  private static String at(String rest, int at, String key) {
    if (!rest.startsWith(key + "=", at)) {
      return "";
    }
    int from = at + key.length() + 1;
    int end = rest.indexOf(' ', from);
    return end < 0 ? rest.substring(from) : rest.substring(from, end);
  }
}
