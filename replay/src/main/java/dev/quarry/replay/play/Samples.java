package dev.quarry.replay.play;

import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.ArrayList;
import java.util.List;

/**
 * The machine's free memory over recorded time: at most {@link #MOST} samples at even distances,
 * which double as the recording goes on.
 */
public final class Samples {
  /** The most samples that are kept. */
  public static final int MOST = 240;

  private static final long FIRST_STEP_MICROS = 1_000;

  private final PhysicalMemory memory;
  private final List<Sample> samples = new ArrayList<>();
  private long stepMicros = FIRST_STEP_MICROS;
  private long nextMicros = Long.MIN_VALUE;
  private long startMicros;
  private long lastMicros;

  /**
   * The machine at one time.
   *
   * @param micros since the first event
   * @param pcpPages on per-CPU lists
   * @param zones the populated ones, in the machine's order
   */
  public record Sample(long micros, long pcpPages, List<ZoneSample> zones) {
    public Sample {
      zones = List.copyOf(zones);
    }

    /** Pages on the zones' lists. */
    public long freePages() {
      return zones.stream().mapToLong(ZoneSample::freePages).sum();
    }

    /** Free blocks of an order in all zones. */
    public long freeBlocks(int order) {
      return zones.stream().mapToLong(zone -> zone.blocks(order)).sum();
    }

    /** The share of all free memory, in thousandths, in blocks smaller than an order. */
    public int unusable(int order) {
      long free = freePages();
      long small = zones.stream().mapToLong(zone -> zone.pagesBelow(order)).sum();
      return free == 0 ? 1000 : (int) (small * 1000 / free);
    }
  }

  Samples(PhysicalMemory memory) {
    this.memory = memory;
  }

  void at(long micros) {
    lastMicros = micros;
    if (micros < nextMicros) {
      return;
    }
    if (samples.isEmpty()) {
      startMicros = micros;
    }
    take(micros);
    nextMicros = micros + stepMicros;
    if (samples.size() == MOST) {
      thin();
    }
  }

  private void take(long micros) {
    long pcp = 0;
    List<ZoneSample> zones = new ArrayList<>();
    List<ZoneSample> last = samples.isEmpty() ? List.of() : samples.getLast().zones();
    for (Zone zone : memory.zones()) {
      if (zone.isPopulated()) {
        pcp += zone.pcpPages();
        zones.add(ZoneSample.of(zone, last.isEmpty() ? null : last.get(zones.size())));
      }
    }
    samples.add(new Sample(micros - startMicros, pcp, zones));
  }

  private void thin() {
    List<Sample> kept = new ArrayList<>();
    for (int i = 0; i < samples.size(); i += 2) {
      kept.add(samples.get(i));
    }
    samples.clear();
    samples.addAll(kept);
    stepMicros *= 2;
    nextMicros = startMicros + samples.getLast().micros() + stepMicros;
  }

  /** A time as microseconds since the first sample. */
  long sinceStart(long micros) {
    return micros - startMicros;
  }

  /** Takes the last sample, so that there is at least one. */
  void finish() {
    if (samples.isEmpty() || samples.getLast().micros() < lastMicros - startMicros) {
      take(lastMicros);
    }
  }

  /** The samples, oldest first. */
  public List<Sample> list() {
    return List.copyOf(samples);
  }
}
