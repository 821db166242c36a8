package dev.quarry.replay.slab;

import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.replay.read.Interval;
import java.util.ArrayList;
import java.util.List;

/** What objects take, over time; evenly spaced in the recording's interval. */
public final class SlabSamples {
  private static final int MOST = 120;
  private static final long LEAST_STEP_MICROS = 1_000;

  /**
   * One moment.
   *
   * @param micros since the first event
   * @param requestedBytes of the recording's live objects, as asked for
   * @param allocatedBytes of the same, as given
   * @param slabPages of all slabs, also those of the state before, and of their descriptors
   */
  public record Sample(long micros, long requestedBytes, long allocatedBytes, long slabPages) {}

  private final PhysicalMemory memory;
  private final Interval interval;
  private final List<Sample> samples = new ArrayList<>();
  private long firstMicros;
  private long lastMicros;
  private long stepMicros = 1;
  private long nextMicros = Long.MIN_VALUE;

  SlabSamples(PhysicalMemory memory, Interval interval) {
    this.memory = memory;
    this.interval = interval;
  }

  void at(long micros, SlabCounters counters) {
    if (micros >= nextMicros) {
      take(micros, counters);
    }
    lastMicros = micros;
  }

  private void take(long micros, SlabCounters counters) {
    if (samples.isEmpty()) {
      firstMicros = micros;
      boolean known = interval.endMicros() != Long.MAX_VALUE;
      long length = known ? Math.max(0, interval.endMicros() - micros) : MOST * LEAST_STEP_MICROS;
      stepMicros = Math.max(LEAST_STEP_MICROS, length / MOST);
    }
    if (samples.size() > 2 * MOST) {
      thin();
    }
    add(micros, counters);
    nextMicros = micros + stepMicros;
  }

  /** Leaves every second one out: the recording is longer than it says. */
  private void thin() {
    for (int i = samples.size() - 1; i > 0; i -= 2) {
      samples.remove(i);
    }
    stepMicros *= 2;
  }

  private void add(long micros, SlabCounters counters) {
    long pages = 0;
    for (Node node : memory.nodes()) {
      pages += node.stat(NodeStat.NR_SLAB_RECLAIMABLE) + node.stat(NodeStat.NR_SLAB_UNRECLAIMABLE);
    }
    samples.add(
        new Sample(micros - firstMicros, counters.requestedNow, counters.allocatedNow, pages));
  }

  /** Takes the last one. */
  void finish(SlabCounters counters) {
    if (!samples.isEmpty() && lastMicros - firstMicros > samples.getLast().micros()) {
      add(lastMicros, counters);
    }
  }

  /** All, in the order of their time. */
  public List<Sample> list() {
    return List.copyOf(samples);
  }
}
