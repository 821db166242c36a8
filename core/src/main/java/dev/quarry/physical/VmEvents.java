package dev.quarry.physical;

/**
 * How often each {@link VmEvent} was: {@code vm_event_states}, kept by each CPU for itself, so that
 * counting needs no lock.
 */
public final class VmEvents {
  private static final int LINE = 16;

  /** Counters of a CPU lie this far apart: whole pairs of cache lines. */
  private static final int STRIDE = (VmEvent.values().length + LINE - 1) & -LINE;

  private final long[] counts;

  VmEvents(int cpus) {
    this.counts = new long[cpus * STRIDE];
  }

  /** Counts an event on a CPU that the calling thread holds. */
  public void count(int cpu, VmEvent event, long times) {
    counts[cpu * STRIDE + event.ordinal()] += times;
  }

  /** How often it was, on all CPUs. */
  public long sum(VmEvent event) {
    long sum = 0;
    for (int at = event.ordinal(); at < counts.length; at += STRIDE) {
      sum += counts[at];
    }
    return sum;
  }
}
