package dev.quarry.replay.play;

import dev.quarry.physical.FrameRanges;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.Arrays;

/** Which pageblocks of a machine the allocator has as a whole. */
final class Pageblocked {
  private Pageblocked() {}

  /** The first frames of the pageblocks without holes and reserved frames, ascending. */
  static int[] whole(PhysicalMemory memory) {
    return whole(memory, memory.pageblocks().pages());
  }

  /** The same for aligned stretches of {@code pages} frames, a power of two. */
  static int[] whole(PhysicalMemory memory, int pages) {
    int[] found = new int[16];
    int n = 0;
    for (Zone zone : memory.zones()) {
      FrameRanges ranges = zone.presentRanges().minus(memory.reserved());
      for (int i = 0; i < ranges.count(); i++) {
        int first = (int) (((long) ranges.start(i) + pages - 1) & -(long) pages);
        for (long pfn = first; pfn + pages <= ranges.end(i); pfn += pages) {
          if (n == found.length) {
            found = Arrays.copyOf(found, 2 * n);
          }
          found[n++] = (int) pfn;
        }
      }
    }
    int[] whole = Arrays.copyOf(found, n);
    Arrays.sort(whole);
    return whole;
  }
}
