package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Many blocks of one order that a command got together, each of which is freed by itself.
 *
 * @param pfns the first frame of each block
 * @param asked how many blocks were asked for
 */
record Frames(int[] pfns, int order, int asked) implements Value.Thing {
  private static final Pattern INDEXED = Pattern.compile("pfn\\[(\\d{1,9})\\]");

  /** All frames of all blocks. */
  int[] allPfns() {
    return Arrays.stream(pfns)
        .flatMap(first -> IntStream.range(first, first + (1 << order)))
        .toArray();
  }

  @Override
  public String show() {
    String got =
        asked == pfns.length
            ? String.format(Locale.ROOT, "%d", pfns.length)
            : String.format(Locale.ROOT, "%d of %d", pfns.length, asked);
    String blocks = asked == 1 ? " block of order " : " blocks of order ";
    String kind = order == 0 ? (asked == 1 ? " page" : " pages") : blocks + order;
    String from =
        switch (pfns.length) {
          case 0 -> "";
          case 1 -> ", frame " + pfns[0];
          default -> ", the first at frame " + pfns[0] + ", the last at " + pfns[pfns.length - 1];
        };
    return got + kind + from;
  }

  @Override
  public List<String> fields() {
    return List.of("count", "order", "pages", "first", "last", "pfn[N]");
  }

  @Override
  public Optional<Value> field(String name) {
    Matcher indexed = INDEXED.matcher(name);
    if (indexed.matches()) {
      int index = Integer.parseInt(indexed.group(1));
      return index < pfns.length ? number(pfns[index]) : Optional.empty();
    }
    return switch (name) {
      case "count" -> number(pfns.length);
      case "order" -> number(order);
      case "pages" -> number((long) pfns.length << order);
      case "first" -> pfns.length == 0 ? Optional.empty() : number(pfns[0]);
      case "last" -> pfns.length == 0 ? Optional.empty() : number(pfns[pfns.length - 1]);
      default -> Optional.empty();
    };
  }

  private static Optional<Value> number(long value) {
    return Optional.of(new Value.Number(value));
  }
}
