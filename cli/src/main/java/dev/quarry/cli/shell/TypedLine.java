package dev.quarry.cli.shell;

import java.util.ArrayList;
import java.util.List;
import org.jline.reader.CompletingParsedLine;

/**
 * What was typed, cut for completion: the words of the command that the cursor is in, up to the
 * cursor. A command begins behind {@code ;}, a brace, a line's end, {@code expect fails}, or the
 * equals sign of {@code name =}.
 *
 * @param line all of it
 * @param cursor where the cursor is
 */
record TypedLine(String line, int cursor) implements CompletingParsedLine {
  private static final String SEPARATORS = ";{}\n";

  @Override
  public List<String> words() {
    List<String> words = new ArrayList<>(List.of(command().stripLeading().split("\\s+", -1)));
    if (words.size() >= 2 && words.getFirst().equals("expect")) {
      boolean runs = words.get(1).equals("fails") || words.get(1).equals("works");
      if (runs && words.size() > 2) {
        words.subList(0, 2).clear();
      }
    }
    if (words.size() > 2 && words.get(1).equals("=")) {
      words.subList(0, 2).clear();
    }
    return words;
  }

  /** What stands between the last separator and the cursor. */
  private String command() {
    int start = cursor;
    while (start > 0 && SEPARATORS.indexOf(line.charAt(start - 1)) < 0) {
      start--;
    }
    return line.substring(start, cursor);
  }

  /** The part of the word before the cursor. */
  @Override
  public String word() {
    return words().getLast();
  }

  @Override
  public int wordCursor() {
    return word().length();
  }

  @Override
  public int wordIndex() {
    return words().size() - 1;
  }

  /** Nothing that is completed needs quotes. */
  @Override
  public CharSequence escape(CharSequence candidate, boolean complete) {
    return candidate;
  }

  @Override
  public int rawWordCursor() {
    return wordCursor();
  }

  @Override
  public int rawWordLength() {
    return wordCursor();
  }
}
