package dev.quarry.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Damages a text: characters, numbers, words and lines. The same seed does the same damage. */
final class Mutator {
  private static final List<String> NUMBERS =
      List.of(
          "-1",
          "0",
          "1",
          "10",
          "11",
          "31",
          "64",
          "4095",
          "65536",
          "1000000000",
          "2147483647",
          "2147483648",
          "4294967296",
          "9223372036854775807",
          "99999999999999999999",
          "1e9",
          "0x",
          "0xffffffffffffffff",
          "1.5G",
          "8T",
          "");
  private static final Pattern NUMBER = Pattern.compile("\\d+");
  private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z_0-9]*");
  private static final String SIGNS = " \t\n;{}[]#\"=<>!$.|\\'()*%@-\u0000\u001b\u00e9\ud83d\uffff";

  private final SplittableRandom random;
  private final List<String> words;

  /** A mutator that knows some words to put in the place of others. */
  Mutator(long seed, List<String> words) {
    this.random = new SplittableRandom(seed);
    this.words = List.copyOf(words);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  <T> T oneOf(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** The text with one to four mutations. */
  String mutate(String text) {
    String mutant = text;
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      mutant = once(mutant);
    }
    return mutant;
  }

  private String once(String text) {
    return switch (random.nextInt(9)) {
      case 0 -> cut(text);
      case 1 -> insertSigns(text);
      case 2, 3 -> replace(text, NUMBER, oneOf(NUMBERS));
      case 4, 5 -> replace(text, WORD, oneOf(words));
      case 6 -> replace(text, WORD, "");
      default -> lines(text);
    };
  }

  private String cut(String text) {
    int from = random.nextInt(text.length() + 1);
    int to = Math.min(text.length(), from + random.nextInt(30));
    return text.substring(0, from) + text.substring(to);
  }

  private String insertSigns(String text) {
    StringBuilder signs = new StringBuilder();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      signs.append(SIGNS.charAt(random.nextInt(SIGNS.length())));
    }
    return new StringBuilder(text).insert(random.nextInt(text.length() + 1), signs).toString();
  }

  private String replace(String text, Pattern what, String by) {
    List<int[]> places = new ArrayList<>();
    Matcher matcher = what.matcher(text);
    while (matcher.find()) {
      places.add(new int[] {matcher.start(), matcher.end()});
    }
    if (places.isEmpty()) {
      return insertSigns(text);
    }
    int[] place = oneOf(places);
    return text.substring(0, place[0]) + by + text.substring(place[1]);
  }

  /** Repeats, removes, exchanges or wraps lines. */
  private String lines(String text) {
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    int line = random.nextInt(lines.size());
    int other = random.nextInt(lines.size());
    switch (random.nextInt(4)) {
      case 0 -> lines.add(other, lines.get(line));
      case 1 -> lines.remove(line);
      case 2 -> Collections.swap(lines, line, other);
      default -> lines.set(line, "repeat " + oneOf(NUMBERS) + " { " + lines.get(line) + " }");
    }
    return String.join("\n", lines);
  }
}
