package dev.quarry.replay.play;

import dev.quarry.kernel.Machine;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the recorded machine's frames and CPUs are on the machine that is played on.
 *
 * <p>The recorded machine itself has every frame in its own place. On another one, frames that were
 * held when the recording began lie where {@link Transplant} put them, and CPUs that it does not
 * have are folded onto those that it has.
 */
public final class Placement {
  /** The frame, or the CPU, has no place. */
  public static final int NOWHERE = -1;

  /** 4 TiB of frames of 4 KiB: as many as a recording of an unknown machine may name. */
  private static final int MOST_FRAMES = 1 << 30;

  private final int @Nullable [] frames;
  private final int recordedEndPfn;
  private final int nrCpus;
  private final boolean foldCpus;

  private Placement(int @Nullable [] frames, int recordedEndPfn, int nrCpus, boolean foldCpus) {
    this.frames = frames;
    this.recordedEndPfn = recordedEndPfn;
    this.nrCpus = nrCpus;
    this.foldCpus = foldCpus;
  }

  /** The recorded machine itself. */
  public static Placement same(Machine machine) {
    return new Placement(null, endPfn(machine), machine.cpus().size(), false);
  }

  /** A machine that the recording knows nothing of: no frame has a place, CPUs are folded. */
  public static Placement elsewhere(Machine machine) {
    return new Placement(new int[0], MOST_FRAMES, machine.cpus().size(), true);
  }

  /** Another machine with the same memory: frames in their places, CPUs folded. */
  static Placement sameMemory(Machine machine) {
    return new Placement(null, endPfn(machine), machine.cpus().size(), true);
  }

  /**
   * Another machine.
   *
   * @param frames by recorded frame, {@link #NOWHERE} for those without a place
   */
  static Placement of(Machine machine, int[] frames) {
    return new Placement(frames, frames.length, machine.cpus().size(), true);
  }

  private static int endPfn(Machine machine) {
    return machine.memory().map().endPfn();
  }

  /** One past the recorded machine's last frame. */
  public int recordedEndPfn() {
    return recordedEndPfn;
  }

  /** A table for {@link #of} in which no frame has a place. */
  static int[] emptyTable(int endPfn) {
    int[] table = new int[endPfn];
    Arrays.fill(table, NOWHERE);
    return table;
  }

  /** The CPU that makes a recorded CPU's requests, or {@link #NOWHERE}. */
  public int cpu(int recorded) {
    if (recorded < nrCpus) {
      return recorded;
    }
    return foldCpus ? recorded % nrCpus : NOWHERE;
  }

  /** The place of a frame that was held when the recording began, or {@link #NOWHERE}. */
  int frame(int recorded) {
    if (frames == null) {
      return recorded < recordedEndPfn ? recorded : NOWHERE;
    }
    return recorded < frames.length ? frames[recorded] : NOWHERE;
  }
}
