package dev.quarry.check;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;

/** Workers on threads of their own, who all rest while invariants are checked. */
final class Threads {
  /** Nobody works so long between two checks. */
  private static final int PATIENCE_SECONDS = 300;

  private final PressureRun run;
  private final long stepsOfEach;
  private final LongConsumer progress;
  private final List<Thread> threads = new ArrayList<>();
  private final CyclicBarrier barrier;
  private volatile long nextCheck;
  private volatile boolean stop;
  private volatile boolean hangs;

  Threads(PressureRun run, long steps, LongConsumer progress) {
    this.run = run;
    this.stepsOfEach = steps / run.workers.size();
    this.progress = progress;
    this.barrier = new CyclicBarrier(run.workers.size(), this::rest);
    this.nextCheck = PressureRun.interval(0);
  }

  /** Works until all steps are made, or to the first violation; false: threads wait for ever. */
  boolean work() {
    for (Worker worker : run.workers) {
      Thread thread = new Thread(() -> work(worker), "check-" + worker.number);
      thread.setDaemon(true);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
    try {
      for (Thread thread : threads) {
        while (thread.isAlive() && !hangs) {
          thread.join(100);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !hangs;
  }

  private void work(Worker worker) {
    long made = 0;
    while (!stop) {
      worker.cpu.hold();
      long end = Math.min(nextCheck, stepsOfEach);
      while (made < end && run.violations.isEmpty() && run.step(worker, made)) {
        made++;
      }
      worker.cpu.release();
      if (!met()) {
        return;
      }
    }
  }

  /** Waits for all others; false: one of them does not come. */
  private boolean met() {
    try {
      barrier.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      StringBuilder where = new StringBuilder("a worker does not come to an end");
      for (Thread thread : threads) {
        where.append("\n  ").append(thread.getName());
        for (StackTraceElement frame : thread.getStackTrace()) {
          where.append("\n    at ").append(frame);
        }
      }
      run.violations.add(where.toString());
      hangs = true;
      return false;
    } catch (BrokenBarrierException | InterruptedException e) {
      return false;
    }
  }

  /** All rest: one of them checks everything. */
  private void rest() {
    long steps = run.steps();
    boolean sound = run.violations.isEmpty() && run.check("after " + steps + " steps");
    progress.accept(steps);
    if (!sound || nextCheck >= stepsOfEach) {
      stop = true;
      return;
    }
    Worker first = run.workers.getFirst();
    first.draw.step(-nextCheck);
    first.machine().atRest();
    nextCheck += PressureRun.interval(nextCheck);
  }
}
