package dev.quarry.replay.snapshot;

import java.util.Optional;

/**
 * What lists of frames may hold, so that no file can ask for more memory than its machine explains.
 *
 * @param endPfn one past the machine's last frame
 * @param frames how many entries the lists of one file may have together
 * @param pageblockOrder order of a pageblock
 */
record Limits(int endPfn, int frames, int pageblockOrder) {
  /** Lists of more entries are refused on every machine: 256 MiB of frame numbers. */
  static final int MOST_FRAMES = 1 << 26;

  /** Orders are below this everywhere: the frame after a block must be an {@code int}. */
  static final int MAX_ORDERS = 31;

  private static final int FRAMES_OF_UNKNOWN_MACHINE = 1 << 24;
  private static final int USUAL_PAGEBLOCK_ORDER = 9;

  /** From what the small files say, where they are there. */
  static Limits of(Optional<ZoneInfo> zoneInfo, Optional<PageTypeInfo> pageTypeInfo) {
    int end = zoneInfo.map(ZoneInfo::endPfn).orElse(FRAMES_OF_UNKNOWN_MACHINE);
    long frames = zoneInfo.map(ZoneInfo::spannedPages).orElse((long) FRAMES_OF_UNKNOWN_MACHINE);
    return new Limits(
        end,
        (int) Math.min(frames, MOST_FRAMES),
        pageTypeInfo.map(PageTypeInfo::pageblockOrder).orElse(USUAL_PAGEBLOCK_ORDER));
  }

  /** The machine's highest frame. */
  int lastPfn() {
    return Math.max(0, endPfn - 1);
  }
}
