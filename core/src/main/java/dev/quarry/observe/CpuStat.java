package dev.quarry.observe;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.PhysicalMemory;

/**
 * {@code /proc/stat}: what the CPUs did. Format of {@code show_stat} (fs/proc/stat.c, 6.18). The
 * machine keeps no CPU time, interrupts or tasks, so that only the list of CPUs tells something;
 * the other lines are 0 and there because tools refuse the file without them.
 */
final class CpuStat {
  private static final String TIMES = " 0".repeat(10);
  private static final String SOFTIRQS = " 0".repeat(11);

  private CpuStat() {}

  static String text(PhysicalMemory memory) {
    StringBuilder out = new StringBuilder("cpu ").append(TIMES).append('\n');
    for (Cpu cpu : memory.cpus()) {
      out.append("cpu").append(cpu.id()).append(TIMES).append('\n');
    }
    out.append("intr 0\nctxt 0\nbtime 0\nprocesses 0\nprocs_running 0\nprocs_blocked 0\n");
    return out.append("softirq").append(SOFTIRQS).append('\n').toString();
  }
}
