package dev.quarry.reclaim;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The first page of a swap area: {@code union swap_header} (include/linux/swap.h, 6.18), as mkswap
 * writes it.
 *
 * <pre>
 *   0        1024      1028        1032         1036              4086         4096
 *  +--------+---------+-----------+------------+-----------------+------------+
 *  | boot   | version | last page | bad pages  | uuid, label ... | SWAPSPACE2 |
 *  +--------+---------+-----------+------------+-----------------+------------+
 * </pre>
 */
final class SwapHeader {
  private static final int VERSION = 1024;
  private static final int LAST_PAGE = 1028;
  private static final int BAD_PAGES = 1032;
  private static final int PAGE = 4096;
  private static final byte[] MAGIC = "SWAPSPACE2".getBytes(StandardCharsets.US_ASCII);
  private static final int FEWEST_PAGES = 10;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private SwapHeader() {}

  /**
   * Makes a file a swap area of so many pages, the header included: mkswap(8).
   *
   * @param name what a refusal calls it
   */
  static void write(String name, Path path, long pages) throws IOException {
    if (pages < FEWEST_PAGES) {
      throw new SwapException(
          name + ": a swap area has at least " + FEWEST_PAGES + " pages, not " + pages);
    }
    byte[] header = new byte[PAGE];
    MemorySegment page = MemorySegment.ofArray(header);
    page.set(INT, VERSION, 1);
    page.set(INT, LAST_PAGE, (int) (pages - 1));
    page.asSlice(PAGE - MAGIC.length).copyFrom(MemorySegment.ofArray(MAGIC));
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(pages * PAGE);
      file.write(header);
    }
  }

  /**
   * How many pages an area has, the header included.
   *
   * @throws SwapException if it is none
   */
  static long pages(String name, SwapStore store) throws IOException {
    byte[] header = new byte[PAGE];
    long bytes = store.size();
    if (bytes < PAGE) {
      throw new SwapException(
          name + ": " + bytes + " bytes hold no swap header, which has " + PAGE);
    }
    MemorySegment page = MemorySegment.ofArray(header);
    store.read(0, page);
    MemorySegment magic = page.asSlice(PAGE - MAGIC.length);
    if (magic.mismatch(MemorySegment.ofArray(MAGIC)) >= 0) {
      throw new SwapException(name + ": the first page does not end with SWAPSPACE2");
    }
    int version = page.get(INT, VERSION);
    if (version != 1 || page.get(INT, BAD_PAGES) != 0) {
      throw new SwapException(
          name
              + ": version "
              + version
              + " with "
              + page.get(INT, BAD_PAGES)
              + " bad pages, not 1 with 0");
    }
    long pages = (page.get(INT, LAST_PAGE) & 0xFFFF_FFFFL) + 1;
    if (pages * PAGE > bytes) {
      throw new SwapException(
          name + ": the header says " + pages + " pages, the file has " + bytes / PAGE);
    }
    if (pages == 1) {
      throw new SwapException(name + ": the header says 1 page, which is the header itself");
    }
    return pages;
  }
}
