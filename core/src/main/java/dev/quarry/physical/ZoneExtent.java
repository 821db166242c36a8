package dev.quarry.physical;

/**
 * Where a zone lies: from its first to its last frame, and which of them have RAM.
 *
 * @param startPfn first frame
 * @param endPfn one past the last frame
 * @param present frames with RAM, all between the two
 */
record ZoneExtent(int startPfn, int endPfn, FrameRanges present) {
  static final ZoneExtent EMPTY = new ZoneExtent(0, 0, FrameRanges.EMPTY);
}
