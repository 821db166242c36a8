package dev.quarry.replay.play;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.Arrays;

/**
 * The kernel's statistics worker, which lets each CPU's lists shrink once in {@code
 * vm.stat_interval}: {@code vmstat_update} (mm/vmstat.c, 6.18). Its timer is rounded to whole
 * seconds since boot, and deferrable: a CPU that sleeps runs it when it next wakes.
 */
final class StatWorker {
  private static final long INTERVAL_MICROS = 1_000_000;

  /**
   * Where in a second of the monotonic clock the rounded timer ends. Jiffies begin to count when
   * the first tick comes, a quarter of a second after the clock on the machines that were recorded.
   */
  private static final long PHASE_MICROS = 80_000;

  private final Machine machine;
  private final long[] dueMicros;

  StatWorker(Machine machine) {
    this.machine = machine;
    this.dueMicros = new long[machine.cpus().size()];
    Arrays.fill(dueMicros, Long.MIN_VALUE);
  }

  /** A CPU is awake at a time. */
  void at(long micros, Cpu cpu) {
    if (micros < dueMicros[cpu.id()]) {
      return;
    }
    if (dueMicros[cpu.id()] != Long.MIN_VALUE) {
      machine.allocator().decayPcpHigh(cpu);
    }
    dueMicros[cpu.id()] = nextAfter(micros);
  }

  private static long nextAfter(long micros) {
    long seconds = Math.floorDiv(micros - PHASE_MICROS, INTERVAL_MICROS);
    return (seconds + 1) * INTERVAL_MICROS + PHASE_MICROS;
  }
}
