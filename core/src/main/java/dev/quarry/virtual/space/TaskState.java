package dev.quarry.virtual.space;

import dev.quarry.machine.Task;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the processes of an address space have in common that the OOM killer asks for: {@code comm}
 * of {@code struct task_struct}, {@code oom_score_adj} of {@code struct signal_struct}, which the
 * kernel keeps equal for all who share an address space, and the flags MMF_OOM_SKIP and {@code
 * oom_mm} (include/linux/sched/signal.h, 6.18).
 *
 * <pre>
 *   lives ─► victim: dies, may use reserves ─► skipped: nothing to be had of it any more
 * </pre>
 */
public final class TaskState implements Task {
  /** OOM_SCORE_ADJ_MIN: never killed. */
  public static final int MIN_SCORE_ADJ = -1000;

  /** OOM_SCORE_ADJ_MAX: killed first. */
  public static final int MAX_SCORE_ADJ = 1000;

  private volatile int pid = KERNEL.pid();
  private volatile String comm = KERNEL.comm();
  private volatile int scoreAdj;
  private volatile int group;
  private final AtomicLong pagesOverHigh = new AtomicLong();
  private volatile boolean victim;
  private volatile boolean skipped;

  TaskState() {}

  @Override
  public int pid() {
    return pid;
  }

  /** Says which process is the first of the address space. */
  public void pid(int number) {
    pid = number;
  }

  @Override
  public String comm() {
    return comm;
  }

  /** Sets the name; what is longer than {@link #MOST_NAME} is cut. */
  public void comm(String name) {
    comm = name.length() > MOST_NAME ? name.substring(0, MOST_NAME) : name;
  }

  @Override
  public int oomScoreAdj() {
    return scoreAdj;
  }

  /** Sets {@code oom_score_adj}. */
  public void oomScoreAdj(int value) {
    if (value < MIN_SCORE_ADJ || value > MAX_SCORE_ADJ) {
      throw new IllegalArgumentException(
          "oom_score_adj " + value + " is not " + MIN_SCORE_ADJ + " to " + MAX_SCORE_ADJ);
    }
    scoreAdj = value;
  }

  /** The number of its group of processes; 0 is the one of all. */
  public int group() {
    return group;
  }

  /** Moves it to a group. */
  public void group(int number) {
    group = number;
  }

  /**
   * Pages that it was given while its group was above {@code memory.high}, and that it has not been
   * held up for: {@code memcg_nr_pages_over_high}.
   */
  public AtomicLong pagesOverHigh() {
    return pagesOverHigh;
  }

  /** Whether it was killed for its memory and has not ended yet: {@code tsk_is_oom_victim}. */
  public boolean isVictim() {
    return victim;
  }

  /** It is killed: {@code mark_oom_victim}. What it does from now on ends it. */
  public void kill() {
    victim = true;
  }

  /** Whether it has nothing to give any more: MMF_OOM_SKIP. */
  public boolean isSkipped() {
    return skipped;
  }

  /** It has nothing to give any more. */
  public void skip() {
    skipped = true;
  }

  /** Takes over what a copy or another program keeps. */
  public void inherit(TaskState from) {
    comm = from.comm;
    scoreAdj = from.scoreAdj;
    group = from.group;
  }
}
