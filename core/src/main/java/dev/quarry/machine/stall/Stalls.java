package dev.quarry.machine.stall;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Task;
import dev.quarry.machine.VirtualClock;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who is stalled now: {@code psi_memstall_enter}, {@code psi_memstall_leave} and {@code in_iowait}
 * (kernel/sched/psi.c, 6.18).
 *
 * <pre>{@code
 * try (var _ = memory.stalls().memory(cpu)) {
 *   ... reclaims, or waits
 * }
 * }</pre>
 *
 * <p>In a simulation tasks act one after the other, and time passes only while one waits: for PSI
 * all CPUs are one. Where threads hold CPUs and time is the host's, each CPU is one, and its task
 * works from when a thread holds it.
 */
public final class Stalls {
  private final List<CpuStalls> cpus;
  private final PsiGroup system;
  private volatile Function<Task, @Nullable PsiGroup> groups = task -> null;

  /** Nobody is stalled. */
  public Stalls(List<Cpu> cpus, VirtualClock clock) {
    this.system = new PsiGroup(clock, cpus.size(), null);
    this.cpus = cpus.stream().map(cpu -> new CpuStalls(cpu, clock)).toList();
  }

  /** The machine's pressure: {@code psi_system}. */
  public PsiGroup system() {
    return system;
  }

  /** Says which group a task is in; null: in none but the system. */
  public void groups(Function<Task, @Nullable PsiGroup> ofTask) {
    groups = ofTask;
  }

  /** From now on each CPU is one, and time must be the host's; nobody is stalled. */
  public void followThreads() {
    cpus.forEach(CpuStalls::followThreads);
  }

  /** The CPU's task is stalled for memory until this is closed. */
  public Section memory(Cpu cpu) {
    return cpus.get(cpu.id()).memory.enter();
  }

  /** The CPU's task waits for a disk until this is closed. */
  public Section io(Cpu cpu) {
    return cpus.get(cpu.id()).io.enter();
  }

  /** The same as {@link #memory} if so, else nothing. */
  public Section memoryIf(Cpu cpu, boolean stalled) {
    return stalled ? memory(cpu) : cpus.get(cpu.id()).nothing;
  }

  /** How long a CPU's tasks waited for a disk: iowait. */
  public long ioWaitNanos(Cpu cpu) {
    return cpus.get(cpu.id()).ioWaitNanos;
  }

  /** A stall; sections may be nested. */
  public static final class Section implements AutoCloseable {
    private final @Nullable CpuStalls cpu;
    private int depth;

    private Section(@Nullable CpuStalls cpu) {
      this.cpu = cpu;
    }

    private Section enter() {
      if (depth++ == 0 && cpu != null) {
        cpu.changed();
      }
      return this;
    }

    @Override
    public void close() {
      if (cpu != null && --depth == 0) {
        cpu.changed();
      }
    }
  }

  /** One CPU; only who may use the CPU changes it. */
  private final class CpuStalls implements Cpu.Watcher {
    private final Cpu cpu;
    private final VirtualClock clock;
    private final Section memory = new Section(this);
    private final Section io = new Section(this);
    private final Section nothing = new Section(null);
    private int place; // where groups count it: 0 in a simulation
    private boolean held;
    private @Nullable PsiGroup group;
    private TaskState inSystem = TaskState.ASLEEP;
    private TaskState inGroups = TaskState.ASLEEP;
    private long waitsSince;
    private volatile long ioWaitNanos;

    CpuStalls(Cpu cpu, VirtualClock clock) {
      this.cpu = cpu;
      this.clock = clock;
    }

    void followThreads() {
      place = cpu.id();
      cpu.watcher(this);
    }

    @Override
    public void held(boolean byThread) {
      held = byThread;
      changed();
    }

    void changed() {
      boolean stalls = memory.depth > 0;
      boolean waits = io.depth > 0;
      countIoWait(waits);
      TaskState before = inSystem;
      inSystem = TaskState.of(held, stalls, waits);
      system.change(place, before, inSystem);
      TaskState beforeInGroups = inGroups;
      inGroups = TaskState.of(false, stalls, waits);
      if (beforeInGroups.equals(TaskState.ASLEEP)) {
        group = groups.apply(cpu.task()); // who begins a stall also ends it
      }
      for (PsiGroup at = group; at != null && at != system; at = at.parent()) {
        at.change(place, beforeInGroups, inGroups);
      }
    }

    private void countIoWait(boolean waits) {
      boolean waited = inSystem.waits() > 0;
      if (waits && !waited) {
        waitsSince = clock.nanos();
      } else if (waited && !waits) {
        ioWaitNanos = ioWaitNanos + clock.nanos() - waitsSince;
      }
    }
  }
}
