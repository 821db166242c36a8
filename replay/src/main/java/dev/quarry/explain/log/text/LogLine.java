package dev.quarry.explain.log.text;

/**
 * A line without what carried it.
 *
 * @param number of the line in its file, from 1
 * @param raw the line as it was, without colours
 * @param textAt where in {@code raw} the kernel's text begins
 * @param prefixed whether a logger's mark begins it
 * @param host that logged it; empty where the line does not say
 * @param caller the thread or CPU that printed it, such as {@code T1234}; empty where the line does
 *     not say
 */
public record LogLine(
    long number, String raw, int textAt, boolean prefixed, String host, String caller) {

  /** Takes a line apart. */
  public static LogLine of(long number, String line) {
    String raw = Envelope.open(line);
    LinePrefix prefix = new LinePrefix(raw);
    return new LogLine(
        number, raw, prefix.textAt(), prefix.found(), prefix.host(), prefix.caller());
  }

  /** The kernel's text, without blanks at its ends. */
  public String text() {
    return raw.substring(textAt).strip();
  }

  /** Whose lines belong together. */
  public String source() {
    return host.isEmpty() ? caller : host + " " + caller;
  }
}
