package dev.quarry.conform;

import dev.quarry.observe.PageMap;
import java.util.HashMap;
import java.util.Map;

/**
 * What is seen of a process after one of its operations.
 *
 * @param result of the system call, negated error numbers included; or what was loaded
 * @param signal 0, or the signal that an access ended in: its number, eight bits up, and its code
 * @param data what the operation told beside its result: bytes that were read, pages of mincore
 * @param minor page faults without reading since the operation before
 * @param major page faults with reading
 * @param areas five numbers for each: start, end, {@code rwxs} from bit 0 on, offset, file; files
 *     are numbered as they come
 * @param pages a word of pagemap for each page, without the frame
 */
record Observation(
    long result, long signal, byte[] data, long minor, long major, long[] areas, long[] pages) {
  /** Numbers of an area. */
  static final int AREA_WORDS = 5;

  static final int START = 0;
  static final int END = 1;
  static final int FLAGS = 2;
  static final int OFFSET = 3;
  static final int FILE = 4;

  /** Bits of pagemap that both sides have. */
  static final long SEEN_OF_PAGE =
      PageMap.PRESENT | PageMap.SWAPPED | PageMap.OF_FILE | PageMap.EXCLUSIVE;

  /** Numbers files as they come. */
  static void numberFiles(long[] areas) {
    Map<Long, Long> numbers = new HashMap<>();
    for (int i = FILE; i < areas.length; i += AREA_WORDS) {
      if (areas[i] != 0) {
        areas[i] = numbers.computeIfAbsent(areas[i], key -> numbers.size() + 1L);
      }
    }
  }
}
