package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.LineReader;
import dev.quarry.replay.read.Quote;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads {@code slabinfo}:
 *
 * <pre>
 *   name active_objs num_objs objsize objperslab pagesperslab
 *     : tunables limit batchcount sharedfactor : slabdata active_slabs num_slabs sharedavail
 * </pre>
 */
final class SlabInfoParser {
  private static final int COLUMNS = 16;
  private static final int MAX_CACHES = 1 << 16;
  private static final int MAX_NAME = 64;
  private static final int MAX_PAGES = 1 << 10;

  private SlabInfoParser() {}

  static SlabInfo parse(LineReader in) {
    List<SlabInfo.Cache> caches = new ArrayList<>();
    Set<String> names = new HashSet<>();
    while (in.next()) {
      if (in.text().startsWith("#") || in.text().startsWith("slabinfo - version")) {
        continue;
      }
      SlabInfo.Cache cache = cache(in, in.words());
      if (!names.add(cache.name())) {
        throw in.error("the cache " + cache.name() + " stands twice");
      }
      if (caches.size() == MAX_CACHES) {
        throw in.error("there are more than " + MAX_CACHES + " caches");
      }
      caches.add(cache);
    }
    return new SlabInfo(caches);
  }

  private static SlabInfo.Cache cache(LineReader in, String[] words) {
    if (words.length != COLUMNS || !words[6].equals(":") || !words[11].equals(":")) {
      throw in.error(
          "the line has "
              + words.length
              + " columns; a line of slabinfo 2.1 has "
              + COLUMNS
              + " with tunables and slabdata");
    }
    boolean plain = words[0].chars().allMatch(c -> c > ' ' && c < 0x7f);
    if (!plain || words[0].length() > MAX_NAME) {
      throw in.error(Quote.of(words[0]) + " is not the name of a cache");
    }
    SlabInfo.Cache cache =
        new SlabInfo.Cache(
            words[0],
            in.number(words[1], "active_objs", Integer.MAX_VALUE),
            in.number(words[2], "num_objs", Integer.MAX_VALUE),
            (int) in.number(words[3], "objsize", Integer.MAX_VALUE),
            (int) in.number(words[4], "objperslab", Integer.MAX_VALUE),
            (int) in.number(words[5], "pagesperslab", MAX_PAGES),
            in.number(words[13], "active_slabs", Integer.MAX_VALUE),
            in.number(words[14], "num_slabs", Integer.MAX_VALUE));
    if (cache.activeObjects() > cache.objects()) {
      throw in.error(
          "active_objs " + cache.activeObjects() + " is above num_objs " + cache.objects());
    }
    if (Integer.bitCount(cache.pagesPerSlab()) != 1) {
      throw in.error("pagesperslab " + cache.pagesPerSlab() + " is not a power of two");
    }
    return cache;
  }
}
