package dev.quarry.machine.stall;

import dev.quarry.machine.VirtualClock;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The pressure on a group of tasks, or on all of the machine: {@code struct psi_group}
 * (kernel/sched/psi.c, 6.18).
 *
 * <pre>
 *   CPU 0   stalled ████░░░░████        time in a state of each CPU, weighted by how long
 *   CPU 1   stalled ░░██░░░░░░░░        the CPU had any task that was not asleep: total
 *                     │
 *   every 2 s         ▼
 *   avg10, avg60, avg300
 * </pre>
 *
 * <p>Equation, at each moment: full &lt;= some &lt;= time since boot.
 *
 * <p>The kernel's worker adds up every 2 s while tasks are not asleep. Here that is done when
 * somebody comes by, for the times at which the worker would have run: between two changes all
 * states are constant, so the result is the same.
 */
public final class PsiGroup {
  private static final long JIFFY = 1_000_000;

  /** PSI_FREQ: 2 * HZ + 1 jiffies. */
  static final long PERIOD = 2_001 * JIFFY;

  private static final long NEVER = Long.MAX_VALUE;
  private static final int NANOS_PER_MICRO = 1_000;
  private static final int STATES = 2 * Resource.values().length;

  /** A CPU has a task that is not asleep. */
  private static final int NONIDLE = STATES;

  private final VirtualClock clock;
  private final @Nullable PsiGroup parent;
  private final CpuTimes[] cpus;
  private final long[] totals = new long[STATES];
  private final long[] averaged = new long[STATES];
  private final LoadAverage[] averages = new LoadAverage[STATES];
  private long lastUpdate;
  private long nextUpdate;
  private long worker = NEVER;

  /** What tasks do on one CPU, {@code struct psi_group_cpu}. */
  private static final class CpuTimes {
    int waiting;
    int stalled;
    int running;
    int reclaiming;
    long since;
    int state;
    final long[] times = new long[STATES + 1];
    final long[] seen = new long[STATES + 1];

    /** {@code test_states}: a bit for each state that the tasks are in. */
    private void test() {
      int now = 0;
      if (waiting > 0) {
        now |= bit(Resource.IO, false) | (running == 0 ? bit(Resource.IO, true) : 0);
      }
      if (stalled > 0) {
        // Who reclaims keeps the CPU from others as well.
        boolean full = running == reclaiming || reclaiming > 0;
        now |= bit(Resource.MEMORY, false) | (full ? bit(Resource.MEMORY, true) : 0);
      }
      if (waiting > 0 || stalled > 0 || running > 0) {
        now |= 1 << NONIDLE;
      }
      state = now;
    }

    private void record(long nanos) {
      for (int s = 0; s <= STATES; s++) {
        times[s] += (state >>> s & 1) * (nanos - since);
      }
      since = nanos;
    }
  }

  PsiGroup(VirtualClock clock, int nrCpus, @Nullable PsiGroup parent) {
    this.clock = clock;
    this.parent = parent;
    this.cpus = new CpuTimes[nrCpus];
    Arrays.setAll(cpus, cpu -> new CpuTimes());
    Arrays.setAll(averages, state -> new LoadAverage());
    this.lastUpdate = clock.nanos();
    this.nextUpdate = lastUpdate + PERIOD;
    for (CpuTimes cpu : cpus) {
      cpu.since = lastUpdate;
    }
  }

  /** A group of tasks within this one. */
  public PsiGroup child() {
    return new PsiGroup(clock, cpus.length, this);
  }

  @Nullable PsiGroup parent() {
    return parent;
  }

  private static int index(Resource resource, boolean full) {
    return 2 * resource.ordinal() + (full ? 1 : 0);
  }

  private static int bit(Resource resource, boolean full) {
    return 1 << index(resource, full);
  }

  /** A task does something else from now on: {@code psi_group_change}. */
  synchronized void change(int cpu, TaskState before, TaskState after) {
    long now = clock.nanos();
    workUntil(now);
    CpuTimes at = cpus[cpu];
    at.record(now);
    at.waiting += after.waits() - before.waits();
    at.stalled += after.stalls() - before.stalls();
    at.running += after.runs() - before.runs();
    at.reclaiming += after.reclaims() - before.reclaims();
    at.test();
    if (at.state != 0 && worker == NEVER) {
      worker = now + PERIOD;
    }
  }

  /** Does what the worker would have done until now: {@code psi_avgs_work}. */
  private void workUntil(long now) {
    while (worker <= now) {
      boolean wasBusy = collect(worker);
      if (worker >= nextUpdate) {
        update(worker);
      }
      worker = wasBusy ? worker + ((nextUpdate - worker) / JIFFY + 1) * JIFFY : NEVER;
    }
  }

  /** {@code collect_percpu_times}: whether any task was not asleep since the last time. */
  private boolean collect(long now) {
    long[] weighted = new long[STATES];
    long weights = 0;
    boolean busy = false;
    for (CpuTimes cpu : cpus) {
      cpu.record(now);
      long awake = cpu.times[NONIDLE] - cpu.seen[NONIDLE];
      busy |= awake > 0;
      long weight = awake / JIFFY;
      weights += weight;
      for (int s = 0; s < STATES; s++) {
        weighted[s] += (cpu.times[s] - cpu.seen[s]) * weight;
      }
      System.arraycopy(cpu.times, 0, cpu.seen, 0, cpu.times.length);
    }
    for (int s = 0; s < STATES; s++) {
      totals[s] += weighted[s] / Math.max(weights, 1);
    }
    return busy;
  }

  /** {@code update_averages}. */
  private void update(long now) {
    long missed = (now - nextUpdate) / PERIOD;
    long period = now - (lastUpdate + missed * PERIOD);
    nextUpdate += (1 + missed) * PERIOD;
    lastUpdate = now;
    for (int s = 0; s < STATES; s++) {
      long sample = Math.min(totals[s] - averaged[s], period); // CPUs may tell late
      averaged[s] += sample;
      averages[s].add(missed, sample, period);
    }
  }

  private void refresh() {
    long now = clock.nanos();
    workUntil(now);
    collect(now);
    if (now >= nextUpdate) {
      update(now);
    }
  }

  /** Nanoseconds since boot in which some task was stalled, or all that there were. */
  public synchronized long totalNanos(Resource resource, boolean full) {
    refresh();
    return totals[index(resource, full)];
  }

  /** The file of a resource: {@code psi_show}. */
  public synchronized String text(Resource resource) {
    refresh();
    return line(resource, false) + line(resource, true);
  }

  private String line(Resource resource, boolean full) {
    int at = index(resource, full);
    return (full ? "full " : "some ")
        + averages[at].text()
        + " total="
        + totals[at] / NANOS_PER_MICRO
        + "\n";
  }
}
