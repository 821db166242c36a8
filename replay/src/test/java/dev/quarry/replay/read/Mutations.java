package dev.quarry.replay.read;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Damages files at random: bits, bytes, lines, numbers. */
public final class Mutations {
  private static final List<String> NUMBERS =
      List.of("-1", "0", "63", "65536", "2147483647", "2147483648", "99999999999999999999", "x");

  private final SplittableRandom random;

  public Mutations(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** A damaged copy. */
  public byte[] mutate(byte[] original) {
    return switch (random.nextInt(8)) {
      case 0 -> flip(original);
      case 1 -> Arrays.copyOf(original, random.nextInt(original.length));
      case 2 -> insert(original);
      case 3, 4 -> lines(original);
      default -> number(original);
    };
  }

  private byte[] flip(byte[] original) {
    byte[] bytes = original.clone();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private byte[] insert(byte[] original) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int at = random.nextInt(original.length);
    bytes.write(original, 0, at);
    for (int i = random.nextInt(1, 20); i > 0; i--) {
      bytes.write(random.nextInt(256));
    }
    bytes.write(original, at, original.length - at);
    return bytes.toByteArray();
  }

  /** Duplicates, removes or exchanges lines. */
  private byte[] lines(byte[] original) {
    String text = new String(original, StandardCharsets.ISO_8859_1);
    List<String> lines = new ArrayList<>(List.of(text.split("(?<=\n)")));
    int line = random.nextInt(lines.size());
    switch (random.nextInt(3)) {
      case 0 -> lines.add(random.nextInt(lines.size()), lines.get(line));
      case 1 -> lines.remove(line);
      default -> Collections.swap(lines, line, random.nextInt(lines.size()));
    }
    return String.join("", lines).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Puts another number, or none, in the place of one. */
  private byte[] number(byte[] original) {
    String text = new String(original, StandardCharsets.ISO_8859_1);
    List<int[]> numbers = new ArrayList<>();
    Matcher matcher = Pattern.compile("\\d+").matcher(text);
    while (matcher.find()) {
      numbers.add(new int[] {matcher.start(), matcher.end()});
    }
    if (numbers.isEmpty()) {
      return flip(original);
    }
    int[] place = numbers.get(random.nextInt(numbers.size()));
    String other = NUMBERS.get(random.nextInt(NUMBERS.size()));
    String changed = text.substring(0, place[0]) + other + text.substring(place[1]);
    return changed.getBytes(StandardCharsets.ISO_8859_1);
  }
}
