package dev.quarry.reclaim.oom;

/** The settings of the OOM killer under {@code /proc/sys/vm} (mm/oom_kill.c, 6.18). */
public final class OomSettings {
  private static final int MOST_PANIC = 2;

  private int panicOnOom;
  private boolean killsAllocatingTask;
  private boolean dumpsTasks = true;
  private boolean enabled = true;

  /** What Linux 6.18 starts with. */
  public OomSettings() {}

  /**
   * {@code vm.panic_on_oom}: 0 kills; 1 panics unless a constraint is the reason; 2 always panics.
   */
  public int panicOnOom() {
    return panicOnOom;
  }

  /** Sets {@code vm.panic_on_oom}. */
  public void panicOnOom(int value) {
    if (value < 0 || value > MOST_PANIC) {
      throw new IllegalArgumentException("vm.panic_on_oom " + value + " is not 0 to " + MOST_PANIC);
    }
    panicOnOom = value;
  }

  /** {@code vm.oom_kill_allocating_task}: who asks is killed, rather than the worst. */
  public boolean killsAllocatingTask() {
    return killsAllocatingTask;
  }

  /** Sets {@code vm.oom_kill_allocating_task}. */
  public void killsAllocatingTask(boolean value) {
    killsAllocatingTask = value;
  }

  /** {@code vm.oom_dump_tasks}: the report has a table of processes. */
  public boolean dumpsTasks() {
    return dumpsTasks;
  }

  /** Sets {@code vm.oom_dump_tasks}. */
  public void dumpsTasks(boolean value) {
    dumpsTasks = value;
  }

  /** Whether there is any killing: {@code oom_killer_disabled}, as before a machine sleeps. */
  public boolean isEnabled() {
    return enabled;
  }

  /** Allows killing, or ends it: {@code oom_killer_enable}, {@code oom_killer_disable}. */
  public void enabled(boolean value) {
    enabled = value;
  }
}
