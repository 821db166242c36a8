package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.LineReader;
import dev.quarry.replay.read.Place;
import dev.quarry.replay.read.Quote;
import dev.quarry.replay.read.RecordingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects the lines of one zone of {@code zoneinfo}. */
final class ZoneBuilder {
  private static final Set<String> SIZES =
      Set.of("boost", "min", "low", "high", "promo", "spanned", "present", "managed", "cma");
  private static final Set<String> PAGE_SET =
      Set.of("count:", "high:", "batch:", "high_min:", "high_max:");
  private static final int MAX_CPUS = 1 << 16;
  private static final int MAX_PROTECTION = 16;

  final ZoneId id;
  private final LineReader in;
  private final Place place;
  private final Map<String, Long> sizes = new HashMap<>();
  private final Map<String, Long> stats = new LinkedHashMap<>();
  private final List<ZoneInfo.PageSet> pageSets = new ArrayList<>();
  private @Nullable Map<String, Long> pageSet;
  private @Nullable Numbers protection;

  ZoneBuilder(LineReader in, ZoneId id) {
    this.in = in;
    this.id = id;
    this.place = in.place();
  }

  /** Reads one line after the zone's first. */
  void line(String[] words) {
    switch (words[0]) {
      case "pages" -> named(words, 3, "pages free", "free");
      case "protection:" -> protection = protection(in.text());
      case "pagesets" -> endPageSet();
      case "cpu:" -> {
        endPageSet();
        pageSet = new HashMap<>();
        value(words, pageSet, "cpu:", MAX_CPUS - 1);
      }
      case "vm" -> threshold(words);
      case "node_unreclaimable:", "all_unreclaimable:" -> named(words, 2, words[0], "gone");
      case "start_pfn:" -> named(words, 2, words[0], "start");
      default -> other(words);
    }
  }

  private void other(String[] words) {
    if (words.length != 2) {
      throw in.error(Quote.of(in.text()) + " is no line of zoneinfo");
    }
    if (pageSet != null && PAGE_SET.contains(words[0])) {
      value(words, pageSet, words[0], Integer.MAX_VALUE);
    } else if (protection == null && SIZES.contains(words[0])) {
      value(words, sizes, words[0], Integer.MAX_VALUE);
    } else {
      CountersParser.put(in, stats, words[0], words[1]);
    }
  }

  /** A line whose last word is the number of a size. */
  private void named(String[] words, int length, String what, String key) {
    if (words.length != length) {
      throw in.error("the line has " + words.length + " words, \"" + what + "\" has " + length);
    }
    put(sizes, key, in.number(words[length - 1], what, Integer.MAX_VALUE));
  }

  private void value(String[] words, Map<String, Long> values, String key, long max) {
    if (words.length != 2) {
      throw in.error("the line has " + words.length + " words, not a name and a number");
    }
    put(values, key, in.number(words[1], words[0], max));
  }

  private void put(Map<String, Long> values, String key, long value) {
    Long known = values.putIfAbsent(key, value);
    if (known != null) {
      throw in.error("\"" + key + "\" stands twice in " + id + ": " + known + " and " + value);
    }
  }

  private void threshold(String[] words) {
    Map<String, Long> current = pageSet;
    if (current == null || words.length != 4) {
      throw in.error(Quote.of(in.text()) + " belongs to no CPU");
    }
    put(current, "threshold", in.number(words[3], "vm stats threshold", Integer.MAX_VALUE));
  }

  private Numbers protection(String text) {
    int open = text.indexOf('(');
    if (open < 0 || !text.endsWith(")")) {
      throw in.error("the numbers of \"protection\" do not stand in brackets");
    }
    String[] words = text.substring(open + 1, text.length() - 1).strip().split("[,\\s]+");
    if (words.length > MAX_PROTECTION) {
      throw in.error("there are " + words.length + " zone types; at most " + MAX_PROTECTION);
    }
    long[] pages = new long[words.length];
    for (int i = 0; i < words.length; i++) {
      pages[i] = in.number(words[i], "protection", Integer.MAX_VALUE);
    }
    return Numbers.copyOf(pages, pages.length);
  }

  private void endPageSet() {
    Map<String, Long> ended = pageSet;
    if (ended == null) {
      return;
    }
    pageSets.add(
        new ZoneInfo.PageSet(
            of(ended, "cpu:"),
            of(ended, "count:"),
            of(ended, "high:"),
            of(ended, "batch:"),
            of(ended, "high_min:"),
            of(ended, "high_max:"),
            of(ended, "threshold")));
    pageSet = null;
  }

  /** All numbers of a zone fit an int; what is missing counts as 0. */
  private static int of(Map<String, Long> values, String key) {
    return values.getOrDefault(key, 0L).intValue();
  }

  /**
   * The zone.
   *
   * @throws RecordingException if it lacks its sizes or ends above the largest frame number
   */
  ZoneInfo.Zone build() {
    endPageSet();
    for (String needed : List.of("min", "low", "high", "spanned", "present")) {
      if (!sizes.containsKey(needed)) {
        throw new RecordingException(place, id + " has no line \"" + needed + "\"");
      }
    }
    return new ZoneInfo.Zone(
        id,
        of(sizes, "free"),
        watermarks(),
        size(),
        protection == null ? Numbers.copyOf(new long[0], 0) : protection,
        new Counters(stats),
        pageSets,
        of(sizes, "gone") != 0,
        startPfn(),
        place);
  }

  private ZoneInfo.Watermarks watermarks() {
    return new ZoneInfo.Watermarks(
        of(sizes, "boost"),
        of(sizes, "min"),
        of(sizes, "low"),
        of(sizes, "high"),
        of(sizes, "promo"));
  }

  private ZoneInfo.Size size() {
    // Kernels before 3.13 print no "managed": there it was "present" without the reserved pages.
    String managed = sizes.containsKey("managed") ? "managed" : "present";
    return new ZoneInfo.Size(
        of(sizes, "spanned"), of(sizes, "present"), of(sizes, managed), of(sizes, "cma"));
  }

  private int startPfn() {
    long start = of(sizes, "start");
    long end = start + of(sizes, "spanned");
    if (end > Integer.MAX_VALUE) {
      throw new RecordingException(
          place, id + " ends at frame " + end + ", above the largest, " + Integer.MAX_VALUE);
    }
    return (int) start;
  }
}
