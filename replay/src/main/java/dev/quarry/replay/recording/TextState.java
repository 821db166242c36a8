package dev.quarry.replay.recording;

import java.util.Arrays;

/**
 * What the numbers of a line count from, in the text form of events. The equations:
 *
 * <pre>
 *   clock(line)      = clock(line before it) + dt              a #t0 sets it
 *   pfn(kind, cpu)   = pfn(that kind on that CPU before it) + delta, beginning at 0
 * </pre>
 */
public final class TextState {
  private static final int KINDS = PageEventKind.values().length;
  private static final int FIRST_CPUS = 64;

  private long clockMicros;
  private long[] last = new long[FIRST_CPUS * KINDS];

  /** At the beginning of a file. */
  public TextState() {}

  /** Time of the last line in microseconds; before the last event's if time went back. */
  public long clockMicros() {
    return clockMicros;
  }

  /** Sets the time from which the next line counts. */
  public void setClock(long micros) {
    clockMicros = micros;
  }

  /** The frame number from which the next event of this kind on this CPU counts. */
  public long last(PageEventKind kind, int cpu) {
    int slot = slot(kind, cpu);
    return slot < last.length ? last[slot] : 0;
  }

  /** Sets the frame number from which the next event of this kind on this CPU counts. */
  public void setLast(PageEventKind kind, int cpu, long pfn) {
    advance(kind, cpu, pfn - last(kind, cpu));
  }

  /**
   * Adds a difference and gives the frame number. It may lie outside of every machine when the file
   * is damaged; it is kept nevertheless, as the writer's next difference is taken from it.
   */
  public long advance(PageEventKind kind, int cpu, long delta) {
    int slot = slot(kind, cpu);
    if (slot >= last.length) {
      last = Arrays.copyOf(last, Math.max(slot + KINDS, 2 * last.length));
    }
    return last[slot] += delta;
  }

  private static int slot(PageEventKind kind, int cpu) {
    return cpu * KINDS + kind.ordinal();
  }
}
