package dev.quarry.replay.report;

import dev.quarry.replay.play.KernelFrames.FrameLog;

/**
 * How a recording is to be played.
 *
 * @param strict a wrong line ends the replay; else it is counted and left out
 * @param scores also play it a second time, told the kernel's frame after each answer, and count
 *     how near both runs come
 * @param frames receives the frame that the second run named for each allocation
 */
public record ReplayOptions(boolean strict, boolean scores, FrameLog frames) {
  /** Plays once, and counts wrong lines. */
  public static final ReplayOptions PLAIN = new ReplayOptions(false, false, FrameLog.NONE);
}
