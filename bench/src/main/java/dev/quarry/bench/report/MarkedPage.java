package dev.quarry.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page of documentation with a place for tables, between two lines that mark it. */
public final class MarkedPage {
  static final String BEGIN = "<!-- figures: begin -->\n";
  static final String END = "<!-- figures: end -->\n";

  private MarkedPage() {}

  /**
   * Puts text in the place of what stands between the marks.
   *
   * @throws IOException if the page cannot be read or written, or has no marks
   */
  public static void replace(Path page, String text) throws IOException {
    String old = Files.readString(page);
    int begin = old.indexOf(BEGIN);
    int end = old.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(page + " has no lines " + BEGIN.strip() + " and " + END.strip());
    }
    String head = old.substring(0, begin + BEGIN.length());
    Files.writeString(page, head + "\n" + text + "\n" + old.substring(end));
  }
}
