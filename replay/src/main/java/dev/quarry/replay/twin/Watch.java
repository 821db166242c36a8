package dev.quarry.replay.twin;

import dev.quarry.machine.MachineSpec;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.snapshot.Snapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How free memory lies, again and again. Of a long watch every second sample is let go as often as
 * they become too many, so that it needs no more memory.
 */
public final class Watch {
  private static final int MOST_SAMPLES = 1 << 12;

  private final Path folder;
  private final Twin twin;
  private final double intervalSeconds;
  private final List<Sample> samples = new ArrayList<>();
  private long taken;
  private long stride = 1;

  /**
   * @param folder whose files are read
   * @param twin the machine, as they told at first
   * @param intervalSeconds time from one sample to the next
   */
  public Watch(Path folder, Twin twin, double intervalSeconds) {
    this.folder = folder;
    this.twin = twin;
    this.intervalSeconds = intervalSeconds;
  }

  /**
   * What the files said at one time.
   *
   * @param number 0 for the first sample
   * @param zones those with memory, in their order
   */
  public record Sample(long number, List<Fragmentation> zones) {
    public Sample {
      zones = List.copyOf(zones);
    }
  }

  /**
   * Reads the files.
   *
   * @throws RecordingException if one cannot be read, or the machine has other zones than before
   */
  public Sample take() {
    Snapshot snapshot = Snapshot.readAvailable(folder, false);
    if (snapshot.zoneInfo().isEmpty()) {
      throw new RecordingException(snapshot.name(), "zoneinfo is gone");
    }
    Sample sample = new Sample(taken++, Fragmentation.of(snapshot));
    if (!samples.isEmpty() && !sameZones(samples.getFirst(), sample)) {
      throw new RecordingException(
          snapshot.name(), "the machine has other zones or orders than at first");
    }
    if (sample.number() % stride == 0) {
      samples.add(sample);
    }
    if (samples.size() > MOST_SAMPLES) {
      stride *= 2;
      samples.removeIf(old -> old.number() % stride != 0);
    }
    return sample;
  }

  private static boolean sameZones(Sample one, Sample other) {
    return shape(one).equals(shape(other));
  }

  private static List<String> shape(Sample sample) {
    return sample.zones().stream().map(zone -> zone.zone() + " " + zone.blocks().size()).toList();
  }

  /** Those that were kept, in the order of their times. */
  public List<Sample> samples() {
    return List.copyOf(samples);
  }

  /** How many were taken. */
  public long taken() {
    return taken;
  }

  /** Time from one to the next. */
  public double intervalSeconds() {
    return intervalSeconds;
  }

  /** The machine. */
  public MachineSpec spec() {
    return twin.spec();
  }

  /** What the files do not tell. */
  public List<String> notes() {
    return twin.notes();
  }
}
