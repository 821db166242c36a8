package dev.quarry.machine.stall;

/**
 * What the task of a CPU does, as PSI counts it: TSK_IOWAIT, TSK_MEMSTALL, TSK_RUNNING,
 * TSK_MEMSTALL_RUNNING (include/linux/psi_types.h, 6.18). Each is 0 or 1.
 *
 * <pre>
 *   asleep                        0 0 0 0
 *   works                         0 0 1 0
 *   reclaims                      0 1 1 1
 *   waits for a disk              1 0 0 0
 *   waits for a page that it had  1 1 0 0
 * </pre>
 */
record TaskState(int waits, int stalls, int runs, int reclaims) {
  static final TaskState ASLEEP = new TaskState(0, 0, 0, 0);

  /**
   * Of a task.
   *
   * @param works whether it is known to work when it does not wait
   */
  static TaskState of(boolean works, boolean stalls, boolean waits) {
    boolean runs = !waits && (works || stalls);
    return new TaskState(bit(waits), bit(stalls), bit(runs), bit(stalls && !waits));
  }

  private static int bit(boolean is) {
    return is ? 1 : 0;
  }
}
