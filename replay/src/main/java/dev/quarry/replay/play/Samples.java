package dev.quarry.replay.play;

import dev.quarry.physical.PhysicalMemory;
import java.util.List;

/**
 * The machine's free memory over recorded time: at most {@link #MOST} samples at even distances,
 * which double as the recording goes on.
 */
public final class Samples {
  /** The most samples that are kept. */
  public static final int MOST = 240;

  private static final long FIRST_STEP_MICROS = 1_000;

  private final SampleRows rows;
  private long stepMicros = FIRST_STEP_MICROS;
  private long nextMicros = Long.MIN_VALUE;
  private long startMicros;

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
    this.rows = new SampleRows(memory, MOST);
  }

  /** The time at which the next sample is due: before it, nothing need be said. */
  long dueMicros() {
    return nextMicros;
  }

  void at(long micros) {
    if (micros < nextMicros) {
      return;
    }
    if (rows.count() == 0) {
      startMicros = micros;
    }
    rows.add(micros - startMicros);
    nextMicros = micros + stepMicros;
    if (rows.count() == MOST) {
      rows.thin();
      stepMicros *= 2;
      nextMicros = startMicros + rows.lastMicros() + stepMicros;
    }
  }

  /** A time as microseconds since the first sample. */
  long sinceStart(long micros) {
    return micros - startMicros;
  }

  /** Takes the last sample, so that there is at least one. */
  void finish(long micros) {
    if (rows.count() == 0 || rows.lastMicros() < micros - startMicros) {
      rows.add(micros - startMicros);
    }
  }

  /** The samples, oldest first. */
  public List<Sample> list() {
    return rows.samples();
  }
}
