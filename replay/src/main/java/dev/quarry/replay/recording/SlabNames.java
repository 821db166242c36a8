package dev.quarry.replay.recording;

import dev.quarry.replay.compact.SlabMark;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;

/**
 * The lines of a file of slab events that begin with {@code #}: beside those of {@link
 * EventHeaders}, {@code #site N SYMBOL} and {@code #cache N NAME REQUESTED ALLOCATED}, where the
 * sizes are {@code ?} if the file does not know them.
 */
final class SlabNames {
  private static final int MAX_NAME_CHARS = 256;
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

  /** The size of a cache's objects that the file does not tell. */
  static final int UNKNOWN_BYTES = 0;

  private record CacheName(String name, int requested, int allocated) {
    static final CacheName NONE = new CacheName("", UNKNOWN_BYTES, UNKNOWN_BYTES);
  }

  private final EventHeaders headers;
  private final EventProblems problems;
  private String[] sites = new String[32];
  private CacheName[] caches = new CacheName[32];

  SlabNames(EventProblems problems, ToIntFunction<String> gfp) {
    this.headers = new EventHeaders(problems, gfp);
    this.problems = problems;
    Arrays.fill(sites, "");
    Arrays.fill(caches, CacheName.NONE);
  }

  EventHeaders headers() {
    return headers;
  }

  /** Reads one header; true if it set the time. */
  boolean read(byte[] bytes, long line) {
    boolean site = begins(bytes, "#site");
    if (!site && !begins(bytes, "#cache")) {
      return headers.read(bytes, line);
    }
    String[] words = new String(bytes, StandardCharsets.UTF_8).split(" ", -1);
    int fewest = site ? 3 : 5;
    if (words.length != fewest || !NUMBER.matcher(words[1]).matches() || words[2].isBlank()) {
      problems.add(
          EventProblem.BAD_HEADER, line, words[0] + " must be followed by a number and a name");
      return false;
    }
    int index = Integer.parseInt(words[1]);
    if (index >= SlabMark.MAX_NAMES) {
      problems.add(
          EventProblem.TABLE_FULL,
          line,
          words[0] + " number " + index + " is above " + (SlabMark.MAX_NAMES - 1));
    } else if (site) {
      site(index, kept(words[2]));
    } else {
      cache(index, new CacheName(kept(words[2]), bytesOf(words[3]), bytesOf(words[4])));
    }
    return false;
  }

  private static boolean begins(byte[] bytes, String word) {
    for (int i = 0; i < word.length(); i++) {
      if (i >= bytes.length || bytes[i] != word.charAt(i)) {
        return false;
      }
    }
    return bytes.length == word.length() || bytes[word.length()] == ' ';
  }

  private static String kept(String name) {
    return name.substring(0, Math.min(name.length(), MAX_NAME_CHARS));
  }

  private static int bytesOf(String word) {
    return NUMBER.matcher(word).matches() ? Integer.parseInt(word) : UNKNOWN_BYTES;
  }

  private void site(int index, String name) {
    if (index >= sites.length) {
      int old = sites.length;
      sites = Arrays.copyOf(sites, Math.max(index + 1, 2 * old));
      Arrays.fill(sites, old, sites.length, "");
    }
    sites[index] = name;
  }

  private void cache(int index, CacheName cache) {
    if (index >= caches.length) {
      int old = caches.length;
      caches = Arrays.copyOf(caches, Math.max(index + 1, 2 * old));
      Arrays.fill(caches, old, caches.length, CacheName.NONE);
    }
    caches[index] = cache;
  }

  boolean hasSite(long index) {
    return index >= 0 && index < sites.length && !sites[(int) index].isEmpty();
  }

  boolean hasCache(long index) {
    return index >= 0 && index < caches.length && !caches[(int) index].name.isEmpty();
  }

  String site(int index) {
    return sites[index];
  }

  String cache(int index) {
    return caches[index].name;
  }

  int requested(int cache) {
    return caches[cache].requested;
  }

  int allocated(int cache) {
    return caches[cache].allocated;
  }
}
