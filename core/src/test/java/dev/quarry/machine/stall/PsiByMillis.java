package dev.quarry.machine.stall;

import java.util.Arrays;
import java.util.Locale;

/**
 * Pressure as kernel/sched/psi.c (6.18) would have it on a machine with HZ=1000 whose tasks change
 * at whole milliseconds: a clock that ticks, a worker that is called when its time has come, and
 * arithmetic in the kernel's order. The model that {@link PsiGroup} is held against.
 */
final class PsiByMillis {
  private static final int PERIOD = 2_001;
  private static final int MILLION = 1_000_000;

  /** One CPU: what its task does now, and milliseconds in each state since the last look. */
  private static final class OneCpu {
    TaskState task = TaskState.ASLEEP;
    final long[] since = new long[5];
  }

  private final OneCpu[] cpus;
  private final long[] totals = new long[4];
  private final long[] seen = new long[4];
  private final long[][] averages = new long[4][3];
  private long now;
  private long lastUpdate;
  private long nextUpdate = PERIOD;
  private long workerAt = Long.MAX_VALUE;

  PsiByMillis(int count) {
    cpus = new OneCpu[count];
    Arrays.setAll(cpus, i -> new OneCpu());
  }

  void change(int cpu, TaskState task) {
    cpus[cpu].task = task;
    boolean awake = !task.equals(TaskState.ASLEEP);
    if (awake && workerAt == Long.MAX_VALUE) {
      workerAt = now + PERIOD;
    }
  }

  void pass(int millis) {
    for (int i = 0; i < millis; i++) {
      for (OneCpu cpu : cpus) {
        TaskState t = cpu.task;
        cpu.since[0] += t.waits();
        cpu.since[1] += t.waits() == 1 && t.runs() == 0 ? 1 : 0;
        cpu.since[2] += t.stalls();
        cpu.since[3] += t.stalls();
        cpu.since[4] += t.equals(TaskState.ASLEEP) ? 0 : 1;
      }
      now++;
      if (now == workerAt) {
        boolean busy = look();
        if (now >= nextUpdate) {
          update();
        }
        workerAt = busy ? now + (nextUpdate - now) + 1 : Long.MAX_VALUE;
      }
    }
  }

  private boolean look() {
    long weights = Arrays.stream(cpus).mapToLong(cpu -> cpu.since[4]).sum();
    for (int s = 0; s < 4; s++) {
      long sum = 0;
      for (OneCpu cpu : cpus) {
        sum += cpu.since[s] * MILLION * cpu.since[4];
      }
      totals[s] += sum / Math.max(1, weights);
    }
    for (OneCpu cpu : cpus) {
      Arrays.fill(cpu.since, 0);
    }
    return weights > 0;
  }

  private void update() {
    long missed = (now - nextUpdate) / PERIOD;
    long period = (now - lastUpdate - missed * PERIOD) * MILLION;
    nextUpdate += (missed + 1) * PERIOD;
    lastUpdate = now;
    long[] exp = {1677, 1981, 2034};
    for (int s = 0; s < 4; s++) {
      long sample = Math.min(period, totals[s] - seen[s]);
      seen[s] += sample;
      long share = sample * 100 / period * 2048;
      for (int i = 0; i < 3; i++) {
        if (missed > 0) {
          averages[s][i] = load(averages[s][i], power(exp[i], missed), 0);
        }
        averages[s][i] = load(averages[s][i], exp[i], share);
      }
    }
  }

  private static long load(long load, long exp, long active) {
    return (load * exp + active * (2048 - exp) + (active >= load ? 2047 : 0)) / 2048;
  }

  /** Multiplies from the lowest bit of the exponent, as the order matters for rounding. */
  private static long power(long exp, long n) {
    long result = 2048;
    long square = exp;
    for (long left = n; left != 0; left /= 2) {
      result = left % 2 == 1 ? (result * square + 1024) / 2048 : result;
      square = (square * square + 1024) / 2048;
    }
    return result;
  }

  String text(Resource resource) {
    look();
    if (now >= nextUpdate) {
      update();
    }
    StringBuilder out = new StringBuilder();
    for (int full = 0; full < 2; full++) {
      int s = 2 * resource.ordinal() + full;
      long[] a = averages[s];
      out.append(full == 0 ? "some" : "full");
      String[] names = {"avg10", "avg60", "avg300"};
      for (int i = 0; i < 3; i++) {
        long hundredths = (a[i] % 2048) * 100 / 2048;
        out.append(String.format(Locale.ROOT, " %s=%d.%02d", names[i], a[i] / 2048, hundredths));
      }
      out.append(String.format(Locale.ROOT, " total=%d\n", totals[s] / 1000));
    }
    return out.toString();
  }
}
