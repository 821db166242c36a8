package dev.quarry.cli.commands;

/** Numbers with their noun: {@code 1 page}, {@code 2 pages}. */
final class Counted {
  private Counted() {}

  static String of(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** The same for a noun whose plural is another word. */
  static String of(long count, String noun, String nouns) {
    return count + " " + (count == 1 ? noun : nouns);
  }
}
