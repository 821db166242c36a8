package dev.quarry.reclaim.oom;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.SpinLock;
import dev.quarry.machine.Task;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.OomResult;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.ReclaimRequest;
import dev.quarry.physical.VmEvent;
import dev.quarry.reclaim.group.GroupEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.TaskState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Kills a process when reclaim brings nothing: {@code out_of_memory}, {@code select_bad_process},
 * {@code oom_kill_process} (mm/oom_kill.c, 6.18).
 *
 * <p>A panic is written to the log and ends the killing; the machine goes on and its requests fail,
 * so that it can be looked at.
 */
public final class OomKiller {
  private final PhysicalMemory memory;
  private final OomTasks tasks;
  private final MemoryGroups groups;
  private final OomSettings settings = new OomSettings();
  private final OomReport report;
  private final OomReaper reaper;

  /** {@code oom_lock}. */
  private final SpinLock lock = new SpinLock("oom");

  private boolean panicked;

  /** The killer of a machine with these processes. */
  public OomKiller(PhysicalMemory memory, SlabAllocator slab, OomTasks tasks, MemoryGroups groups) {
    this.memory = memory;
    this.tasks = tasks;
    this.groups = groups;
    this.report = new OomReport(memory, slab, tasks, groups);
    this.reaper = new OomReaper(memory.log());
  }

  /** The settings under {@code /proc/sys/vm}. */
  public OomSettings settings() {
    return settings;
  }

  /** All processes, by number. */
  public List<OomTask> tasks() {
    return tasks.all();
  }

  /** Whether a CPU works for a process that was killed. */
  public boolean isVictim(Cpu cpu) {
    return cpu.task() instanceof TaskState state && state.isVictim();
  }

  /** Somebody asks for memory that is not there: {@code out_of_memory}. */
  public OomResult outOfMemory(ReclaimRequest request) {
    if (!settings.isEnabled() || panicked) {
      return OomResult.NOTHING;
    }
    if (!lock.tryLock()) {
      return OomResult.BUSY; // another CPU is at it
    }
    try {
      OomResult result = decide(request);
      request.note("OOM killer: " + words(result));
      return result;
    } finally {
      lock.unlock();
    }
  }

  /** A group is at its limit and has nothing to give: {@code mem_cgroup_out_of_memory}. */
  public OomResult outOfMemory(Cpu cpu, MemoryGroup group) {
    if (!settings.isEnabled() || panicked || !lock.tryLock()) {
      return OomResult.NOTHING;
    }
    try {
      OomControl control = OomControl.of(memory, cpu, group);
      if (mustPanic(control)) {
        return OomResult.NOTHING;
      }
      List<OomTask> members =
          tasks.all().stream().filter(t -> groups.of(t.state().group()).isIn(group)).toList();
      OomTask worst = worst(members, control.totalPages());
      if (worst == null) {
        return OomResult.NOTHING;
      }
      kill(control, worst, "Memory cgroup out of memory");
      MemoryGroup together = together(groups.of(worst.state().group()), group);
      if (together != null) {
        killAll(cpu, together);
      }
      return OomResult.KILLED;
    } finally {
      lock.unlock();
    }
  }

  /** The highest group up to the one at its limit that dies as a whole, or null. */
  private static @Nullable MemoryGroup together(MemoryGroup from, MemoryGroup upTo) {
    MemoryGroup found = null;
    for (MemoryGroup at = from; at != null && !at.isRoot(); at = at.parent()) {
      found = at.killsAll() ? at : found;
      if (at == upTo) {
        break;
      }
    }
    return found;
  }

  private void killAll(Cpu cpu, MemoryGroup group) {
    group.count(GroupEvent.OOM_GROUP_KILL);
    memory.log().print("Tasks in " + group + " are going to be killed due to memory.oom.group set");
    for (OomTask task : tasks.all()) {
      TaskState state = task.state();
      boolean may = !state.isVictim() && state.oomScoreAdj() != TaskState.MIN_SCORE_ADJ;
      if (may && groups.of(state.group()).isIn(group)) {
        end(cpu, task, "Memory cgroup out of memory");
      }
    }
  }

  private String words(OomResult result) {
    return switch (result) {
      case NOTHING -> panicked ? "panic" : "nobody can be killed";
      case BUSY -> "waits for another CPU";
      case WAIT -> "waits: somebody is dying, or the request may not enter file systems";
      case KILLED -> "killed " + report.lastVictim();
    };
  }

  private OomResult decide(ReclaimRequest request) {
    if ((request.gfp() & Gfp.FS) == 0) {
      return OomResult.WAIT; // it may not have reclaimed all that can be
    }
    if (request.cpu().task().equals(Task.SWAPOFF)) {
      return OomResult.NOTHING; // oom_task_origin: it is chosen first, and gives up
    }
    OomControl control = OomControl.of(memory, request);
    if (mustPanic(control)) {
      return OomResult.NOTHING;
    }
    OomTask current = settings.killsAllocatingTask() ? current(control) : null;
    if (current != null) {
      kill(control, current, "Out of memory (oom_kill_allocating_task)");
      return OomResult.KILLED;
    }
    OomTask dying = dying();
    if (dying != null) {
      boolean mine = dying.mm().isHeldByMe();
      reaper.reap(request.cpu(), dying);
      return mine ? OomResult.WAIT : OomResult.BUSY;
    }
    OomTask worst = worst(tasks.all(), control.totalPages());
    if (worst == null && tasks.all().stream().anyMatch(task -> task.state().isVictim())) {
      return OomResult.WAIT; // it has not ended yet
    }
    if (worst == null) {
      report.head(control, settings.dumpsTasks());
      memory.log().print("Out of memory and no killable processes...");
      panic("System is deadlocked on memory");
      return OomResult.NOTHING;
    }
    kill(control, worst, "Out of memory");
    return OomResult.KILLED;
  }

  /** {@code check_panic_on_oom}. */
  private boolean mustPanic(OomControl control) {
    int setting = settings.panicOnOom();
    if (setting == 0 || (setting == 1 && control.constraint() != OomConstraint.NONE)) {
      return false;
    }
    report.head(control, settings.dumpsTasks());
    String how = setting == 2 ? "compulsory" : "system-wide";
    panic("Out of memory: " + how + " panic_on_oom is enabled");
    return true;
  }

  private void panic(String why) {
    memory.log().print("Kernel panic - not syncing: " + why);
    panicked = true;
  }

  /** Who asks, if it may be killed. */
  private @Nullable OomTask current(OomControl control) {
    for (OomTask task : tasks.all()) {
      TaskState state = task.state();
      boolean may = state.oomScoreAdj() != TaskState.MIN_SCORE_ADJ && !state.isVictim();
      if (state == control.cpu().task() && may) {
        return task;
      }
    }
    return null;
  }

  /** Who was killed, has not ended, and may still give memory. */
  private @Nullable OomTask dying() {
    for (OomTask task : tasks.all()) {
      if (task.state().isVictim() && !task.state().isSkipped()) {
        return task;
      }
    }
    return null;
  }

  /** The worst of them, of equals the last, or null: {@code oom_evaluate_task}. */
  private static @Nullable OomTask worst(List<OomTask> all, long totalPages) {
    OomTask chosen = null;
    long most = Badness.UNKILLABLE;
    for (OomTask task : all) {
      long points = task.state().isVictim() ? Badness.UNKILLABLE : points(task, totalPages);
      if (points != Badness.UNKILLABLE && points >= most) {
        chosen = task;
        most = points;
      }
    }
    return chosen;
  }

  private static long points(OomTask task, long totalPages) {
    return Badness.points(task.mm(), totalPages);
  }

  /** {@code oom_kill_process}. All who share the address space die with it. */
  private void kill(OomControl control, OomTask victim, String message) {
    report.head(control, settings.dumpsTasks());
    report.constraint(control, victim);
    end(control.cpu(), victim, message);
  }

  /** {@code __oom_kill_process}. */
  private void end(Cpu cpu, OomTask victim, String message) {
    groups.of(victim.state().group()).count(GroupEvent.OOM_KILL);
    memory.events().count(cpu.id(), VmEvent.OOM_KILL, 1);
    MmStruct mm = victim.mm();
    mm.task().kill();
    report.killed(victim, message);
    reaper.begin();
    reaper.reap(cpu, victim);
    tasks.killed();
  }
}
