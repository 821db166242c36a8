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
  private final int hugeOrder;
  private final List<Sample> samples = new ArrayList<>();
  private long stepMicros = FIRST_STEP_MICROS;
  private long nextMicros = Long.MIN_VALUE;
  private long startMicros;
  private long lastMicros;

  /**
   * The machine at one time.
   *
   * @param micros since the first event
   * @param freePages on the zones' lists
   * @param pcpPages on per-CPU lists
   * @param unusableForHuge the share of free pages, in thousandths, that lie in blocks too small
   *     for a huge page: {@code unusable_free_index} (mm/vmstat.c)
   */
  public record Sample(long micros, long freePages, long pcpPages, int unusableForHuge) {}

  Samples(PhysicalMemory memory) {
    this.memory = memory;
    this.hugeOrder = memory.pageblocks().order();
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
    long free = 0;
    long pcp = 0;
    long usable = 0;
    for (Zone zone : memory.zones()) {
      if (!zone.isPopulated()) {
        continue;
      }
      free += zone.freePages();
      pcp += zone.pcpPages();
      usable += zone.freePagesInBlocks();
    }
    assert hugeOrder <= memory.spec().maxOrder();
    int unusable = free == 0 ? 1000 : (int) ((free - usable) * 1000 / free);
    samples.add(new Sample(micros - startMicros, free, pcp, unusable));
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

  void finish() {
    if (!samples.isEmpty() && samples.getLast().micros() < lastMicros - startMicros) {
      take(lastMicros);
    }
  }

  /** The samples, oldest first. */
  public List<Sample> list() {
    return List.copyOf(samples);
  }
}
