package dev.quarry.replay.calls;

import java.util.List;

/** What a task did, or what became of it. Times are microseconds. */
public sealed interface TaskEvent {
  /** When. */
  long micros();

  /** Whose thread. */
  int tid();

  /**
   * A system call that has returned.
   *
   * @param arguments as registers hold them
   * @param result an address or number, or a negated error number
   * @param line where it stands
   */
  record Call(long micros, int tid, CallName name, List<Long> arguments, long result, long line)
      implements TaskEvent {
    /** An argument by its place; 0 if the line had fewer. */
    public long argument(int i) {
      return i < arguments.size() ? arguments.get(i) : 0;
    }
  }

  /** A task made another one. */
  record Forked(long micros, int tid, int child, Sharing sharing) implements TaskEvent {}

  /** What a new task shares with the one that made it. */
  enum Sharing {
    /** Nothing: fork. */
    COPY,
    /** The address space, until it starts a program: vfork, CLONE_VM. */
    SPACE,
    /** It is a thread of the same process: CLONE_THREAD. */
    THREAD,
    /** The address space; whether it is a thread shows when it starts a program: clone3. */
    SPACE_OR_THREAD;

    private static final long CLONE_VM = 0x100;
    private static final long CLONE_THREAD = 0x10000;

    /** What the flags of clone say (include/uapi/linux/sched.h, 6.18). */
    public static Sharing ofClone(long flags) {
      if ((flags & CLONE_THREAD) != 0) {
        return THREAD;
      }
      return (flags & CLONE_VM) != 0 ? SPACE : COPY;
    }
  }

  /** A task is about to call execve; what is written from now on is the new program's. */
  record Executing(long micros, int tid) implements TaskEvent {}

  /** The execve that was begun has failed. */
  record ExecFailed(long micros, int tid) implements TaskEvent {}

  /** A task runs another program. */
  record Executed(long micros, int tid, String path) implements TaskEvent {}

  /** A task ended; with the last one its process, if that is known. */
  record Exited(long micros, int tid, boolean wholeProcess) implements TaskEvent {}

  /**
   * The processor refused an access.
   *
   * @param by who made the access
   * @param code what was tried, as {@link dev.quarry.virtual.Access} has it
   * @param wasPresent the outcome: the entries were there, and forbade it
   * @param ip where the instruction was, or {@link #NO_IP}
   */
  record Faulted(long micros, int tid, By by, long address, int code, boolean wasPresent, long ip)
      implements TaskEvent {
    /** Who makes accesses. */
    public enum By {
      /** The task itself. */
      TASK,
      /** The kernel for it: copy_to_user and its sisters. */
      KERNEL,
      /** The kernel where it must not wait: a fault is not resolved, it tries again later. */
      KERNEL_ATOMIC
    }

    /** Whether the task itself made it. */
    public boolean user() {
      return by == By.TASK;
    }

    /** The kernel's own instruction, known by name. */
    public static final long NO_IP = -1;
  }

  /** The kernel counts pages of an address space: an outcome. */
  record Counted(long micros, int tid, long space, boolean own, int kind, long pages)
      implements TaskEvent {}
}
