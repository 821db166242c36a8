package dev.quarry.observe;

import dev.quarry.slab.CacheException;
import dev.quarry.slab.CacheStatistics;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.slab.Tunables;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code /proc/slabinfo}, version 2.1: a line for each cache, the youngest first. Format of {@code
 * print_slabinfo_header} and {@code cache_show} (mm/slab_common.c, 6.1); writing is {@code
 * slabinfo_write} (mm/slab.c, 3.10).
 *
 * <pre>
 *   name  active_objs num_objs objsize objperslab pagesperslab
 *         : tunables limit batchcount sharedfactor : slabdata active_slabs num_slabs sharedavail
 * </pre>
 *
 * <p>Equations: {@code num_objs == num_slabs * objperslab}, and {@code active_objs <= num_objs}.
 */
public final class SlabInfo {
  private static final String HEADER =
      """
      slabinfo - version: 2.1
      # name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>\
       : tunables <limit> <batchcount> <sharedfactor>\
       : slabdata <active_slabs> <num_slabs> <sharedavail>
      """;

  /** A name, and three numbers. */
  private static final int WORDS_OF_TUNABLES = 4;

  private SlabInfo() {}

  /** The file's text; the header alone while the machine has no caches. */
  public static String text(@Nullable SlabAllocator slab) {
    StringBuilder out = new StringBuilder(HEADER);
    if (slab != null) {
      slab.caches().reversed().forEach(cache -> out.append(line(cache)));
    }
    return out.toString();
  }

  private static String line(KmemCache cache) {
    CacheStatistics of = cache.statistics();
    return String.format(
        Locale.ROOT,
        "%-17s %6d %6d %6d %4d %4d : tunables %4d %4d %4d : slabdata %6d %6d %6d\n",
        cache.name(),
        of.activeObjects(),
        of.objects(),
        of.objectSize(),
        of.objectsPerSlab(),
        of.pagesPerSlab(),
        of.tunables().limit(),
        of.tunables().batchCount(),
        of.tunables().shared(),
        of.activeSlabs(),
        of.slabs(),
        of.sharedAvailable());
  }

  /**
   * Sets a cache's limits, as writing {@code "kmalloc-64 120 60 8"} to the file does.
   *
   * @throws CacheException if the text is not a cache and three numbers that can be
   * @throws IllegalStateException if another thread holds a CPU
   */
  public static void write(SlabAllocator slab, String text) {
    String[] words = text.strip().split("\\s+");
    if (words.length != WORDS_OF_TUNABLES) {
      throw new CacheException(
          words[0],
          "what is written to slabinfo is NAME LIMIT BATCHCOUNT SHARED, 4 words and not "
              + words.length);
    }
    KmemCache cache =
        slab.cache(words[0])
            .orElseThrow(() -> new CacheException(words[0], "there is no cache of this name"));
    cache.tune(
        new Tunables(number(words, 1), number(words, 2), number(words, WORDS_OF_TUNABLES - 1)));
  }

  private static int number(String[] words, int index) {
    try {
      return Integer.parseInt(words[index]);
    } catch (NumberFormatException e) {
      CacheException refusal =
          new CacheException(words[0], "\"" + words[index] + "\" is not a whole number");
      refusal.initCause(e);
      throw refusal;
    }
  }
}
