package dev.quarry.virtual.cache;

/**
 * What is read ahead for one who has a file open: {@code struct file_ra_state}, mm/readahead.c, and
 * for page faults {@code do_sync_mmap_readahead} (mm/filemap.c, 6.18).
 *
 * <pre>
 *                         |<----- async ---------|
 *      |------------------- size --------------->|
 *      |==================#======================|
 *      ^start             ^ the marked page: who comes there has the next window read
 * </pre>
 */
public final class FileRa {
  /** VM_READAHEAD_PAGES: 128 KiB. */
  public static final int DEFAULT_PAGES = 32;

  /** MMAP_LOTSAMISS: after so many misses faults read nothing around. */
  private static final int LOTS_OF_MISSES = 100;

  private static final int MOST_MISSES = 10 * LOTS_OF_MISSES;
  private static final int FORCED = 1;

  private int raPages = DEFAULT_PAGES;
  private boolean random;
  private long start;
  private long size;
  private long asyncSize;
  private int mmapMiss;
  private long previousBytes = -1;

  /** Pages to read; the one {@code ahead} before their end is marked, none if 0. */
  record Window(long first, long pages, long ahead) {
    static final Window NONE = new Window(0, 0, 0);
  }

  FileRa() {}

  /** {@code POSIX_FADV_NORMAL}, SEQUENTIAL (twice as far), RANDOM (only what is asked for). */
  public synchronized void advise(int pages, boolean isRandom) {
    raPages = pages;
    random = isRandom;
  }

  /** Where the last read ended: {@code prev_pos}. */
  synchronized void readUntil(long bytes) {
    previousBytes = bytes;
  }

  synchronized long previousBytes() {
    return previousBytes;
  }

  /**
   * A page is missing that a read wants: {@code page_cache_sync_ra}.
   *
   * @param wanted pages from there that are asked for
   */
  synchronized Window onMiss(ReadAhead cache, long index, long wanted) {
    if (random || raPages == 0) {
      return new Window(index, random ? wanted : FORCED, 0);
    }
    long most = Math.max(raPages, 0);
    long previous = previousBytes < 0 ? Long.MAX_VALUE : previousBytes >>> PageCache.SHIFT;
    boolean follows = previousBytes >= 0 && index >= previous && index - previous <= 1;
    if (index == 0 || wanted > most || follows) {
      start = index;
      size = initial(wanted, most);
      asyncSize = size > wanted ? size - wanted : size >> 1;
      return window();
    }
    long before = cache.missBefore(index - 1, most);
    long history = index - before - 1;
    if (history <= wanted) {
      return new Window(index, wanted, 0); // a small random read leaves no trace
    }
    start = index;
    size = Math.min((before < 0 ? 2 * history : history) + wanted, most);
    asyncSize = 1;
    return window();
  }

  /** The marked page is reached: {@code page_cache_async_ra}. */
  synchronized Window onMark(ReadAhead cache, long index, long wanted) {
    if (raPages == 0) {
      return Window.NONE;
    }
    long most = raPages;
    if (index == start + size - asyncSize) {
      start += size;
      size = Math.max(size, next(size, most));
    } else {
      long missing = cache.missFrom(index + 1, most);
      if (missing - index > most) {
        return Window.NONE;
      }
      start = missing;
      size = next(missing - index + wanted, most);
    }
    asyncSize = size;
    return window();
  }

  /** A fault finds no page: reads around it, unless faults miss a lot. */
  synchronized Window onFaultMiss(ReadAhead cache, long index, boolean sequential) {
    if (raPages == 0) {
      return Window.NONE;
    }
    if (sequential) {
      return onMiss(cache, index, raPages);
    }
    mmapMiss = Math.min(mmapMiss + 1, MOST_MISSES);
    if (mmapMiss > LOTS_OF_MISSES) {
      return Window.NONE;
    }
    start = Math.max(0, index - raPages / 2);
    size = raPages;
    asyncSize = raPages / 4;
    return window();
  }

  /** Faults found pages: {@code do_async_mmap_readahead}, {@code filemap_map_pages}. */
  public synchronized void faultHits(int pages) {
    mmapMiss = Math.max(0, mmapMiss - pages);
  }

  synchronized Window onFaultMark(ReadAhead cache, long index) {
    return onMark(cache, index, raPages);
  }

  private Window window() {
    return new Window(start, size, asyncSize);
  }

  /** {@code get_init_ra_size}. */
  private static long initial(long wanted, long most) {
    long power = wanted <= 1 ? 1 : Long.highestOneBit(wanted - 1) << 1;
    return power <= most / 32 ? 4 * power : power <= most / 4 ? 2 * power : most;
  }

  /** {@code get_next_ra_size}. */
  private static long next(long current, long most) {
    return current < most / 16 ? 4 * current : current <= most / 2 ? 2 * current : most;
  }
}
