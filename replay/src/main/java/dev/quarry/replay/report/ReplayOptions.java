package dev.quarry.replay.report;

import dev.quarry.replay.play.KernelFrames.FrameLog;
import java.util.List;

/**
 * How a recording is to be played.
 *
 * @param settings changes to the recorded machine, such as {@code ram=8G}; empty: none
 * @param strict a wrong line ends the replay; else it is counted and left out
 * @param scores also play it a second time, told the kernel's frame after each answer, and count
 *     how near both runs come; only where the machine is the recorded one
 * @param frames receives the frame that the second run named for each allocation
 * @param policy the memory policy of user pages, such as {@code interleave:0,1}; empty: none
 * @param slab also play the slab events, where the recording has some, on a machine of their own
 */
public record ReplayOptions(
    List<String> settings,
    boolean strict,
    boolean scores,
    FrameLog frames,
    String policy,
    boolean slab) {
  /** Plays once on the recorded machine, and counts wrong lines. */
  public static final ReplayOptions PLAIN =
      new ReplayOptions(List.of(), false, false, FrameLog.NONE);

  public ReplayOptions {
    settings = List.copyOf(settings);
  }

  /** Without a memory policy. */
  public ReplayOptions(List<String> settings, boolean strict, boolean scores, FrameLog frames) {
    this(settings, strict, scores, frames, "", false);
  }

  /** The same on a machine with other settings. */
  public ReplayOptions withSettings(List<String> others) {
    return new ReplayOptions(others, strict, scores, frames, policy, slab);
  }

  /** The same with another memory policy of user pages. */
  public ReplayOptions withPolicy(String other) {
    return new ReplayOptions(settings, strict, scores, frames, other, slab);
  }

  /** The same with slab events. */
  public ReplayOptions withSlab() {
    return new ReplayOptions(settings, strict, scores, frames, policy, true);
  }

  /** Whether the recording is played as it was, so that the kernel's own end can be compared. */
  boolean isAsRecorded() {
    return settings.isEmpty() && policy.isEmpty();
  }
}
