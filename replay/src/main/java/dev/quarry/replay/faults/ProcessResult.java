package dev.quarry.replay.faults;

import dev.quarry.kernel.Machine;
import dev.quarry.replay.calls.Complaints;
import dev.quarry.replay.calls.PlayedProcess;
import dev.quarry.replay.calls.SpaceSample;
import dev.quarry.replay.calls.Spaces;
import dev.quarry.replay.pressure.PressureLog;
import java.util.List;

/**
 * Processes that were played.
 *
 * @param hasFaults whether the recording has page faults, not only calls
 * @param pressure what reclaim did, told where memory was made small
 * @param spaces with the machine as it stands at the end
 */
public record ProcessResult(
    String name,
    boolean hasFaults,
    Spaces spaces,
    List<SpaceSample> samples,
    PressureLog pressure,
    Complaints wrong,
    double seconds)
    implements AutoCloseable {
  /** A process with fewer faults is not judged: one fault is more than a percent of it. */
  public static final long FEWEST_FAULTS = 100;

  /** How far off a prediction may be, in percent. */
  public static final double TOLERANCE_PERCENT = 2;

  public ProcessResult {
    samples = List.copyOf(samples);
  }

  /** All processes, in the order in which they were met. */
  public List<PlayedProcess> processes() {
    return spaces.all();
  }

  /** Those whose address spaces were made in the recording: of the others little is known. */
  public List<PlayedProcess> known() {
    return processes().stream().filter(PlayedProcess::isSpaceKnown).toList();
  }

  /** Those that are judged. */
  public List<PlayedProcess> judged() {
    return known().stream().filter(p -> p.actualFaults() >= FEWEST_FAULTS).toList();
  }

  /** Those of them whose prediction is near enough. */
  public long near() {
    return judged().stream().filter(p -> Math.abs(percent(p)) <= TOLERANCE_PERCENT).count();
  }

  /** How far a process's prediction is off, in percent of the kernel's faults; 0 without any. */
  public static double percent(PlayedProcess process) {
    long actual = process.actualFaults();
    return actual == 0 ? 0 : 100.0 * (process.predictedFaults() - actual) / actual;
  }

  /** The machine. */
  public Machine machine() {
    return spaces.machine();
  }

  @Override
  public void close() {
    machine().close();
  }
}
