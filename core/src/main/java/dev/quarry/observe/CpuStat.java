package dev.quarry.observe;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.PhysicalMemory;

/**
 * {@code /proc/stat}: what the CPUs did. Format of {@code show_stat} (fs/proc/stat.c, 6.18).
 *
 * <pre>
 *   time since boot == idle + iowait        of each CPU of a simulation, in hundredths of a second
 * </pre>
 *
 * <p>In a simulation work takes no time, only waiting does: user and system are 0. Where time is
 * the host's, nobody knows what a thread does on its CPU: idle is 0 too. Interrupts, context
 * switches and the time of booting are not kept; their lines are there because tools refuse the
 * file without them.
 */
final class CpuStat {
  private static final String SOFTIRQS = " 0".repeat(11);
  private static final String GUESTS = " 0".repeat(5);

  /** USER_HZ. */
  private static final long NANOS_PER_TICK = 10_000_000;

  private CpuStat() {}

  static String text(PhysicalMemory memory) {
    StringBuilder out = new StringBuilder();
    long allIdle = 0;
    long allWaits = 0;
    for (Cpu cpu : memory.cpus()) {
      long waits = memory.stalls().ioWaitNanos(cpu);
      long idle = memory.clock().followsHost() ? 0 : memory.clock().nanos() - waits;
      allIdle += idle;
      allWaits += waits;
      line(out, "cpu" + cpu.id(), idle, waits);
    }
    StringBuilder all = new StringBuilder();
    line(all, "cpu ", allIdle, allWaits);
    out.insert(0, all);
    out.append("intr 0\nctxt 0\nbtime 0\nprocesses 0\nprocs_running 0\nprocs_blocked 0\n");
    return out.append("softirq").append(SOFTIRQS).append('\n').toString();
  }

  private static void line(StringBuilder out, String name, long idleNanos, long waitNanos) {
    out.append(name).append(" 0 0 0 ").append(idleNanos / NANOS_PER_TICK);
    out.append(' ').append(waitNanos / NANOS_PER_TICK).append(GUESTS).append('\n');
  }
}
