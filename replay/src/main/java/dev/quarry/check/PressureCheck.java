package dev.quarry.check;

import dev.quarry.machine.MachineSpec;
import java.io.IOException;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Work at random on a machine whose memory does not suffice: processes that map, store, load, fork
 * and are killed; files; swap areas that come and go; objects and pages of the kernel; settings.
 * What each page, object and file holds is compared with a model at each load, and all invariants
 * of the machine at intervals that grow.
 */
public final class PressureCheck {
  private PressureCheck() {}

  /**
   * Works until all steps are made, or to the first violation, of which it looks for a short
   * sequence of steps if one thread worked.
   *
   * @param progress learns from time to time how many steps were made
   * @throws PressureException if the machine is too small or too large for it, or has fewer CPUs
   *     than there are to be threads
   * @throws IOException if the host has no place for files
   */
  public static PressureResult run(MachineSpec spec, PressureOptions options, LongConsumer progress)
      throws IOException {
    if (options.threads() > spec.cpuNodes().size()) {
      throw new PressureException(
          options.threads()
              + " threads need as many CPUs, and "
              + spec.name()
              + " has "
              + spec.cpuNodes().size());
    }
    PressureResult result = once(spec, options, progress);
    if (result.isSound() || options.threads() > 1) {
      return result;
    }
    List<String> script = new PressureShrinker(spec, options).script(result.steps());
    return new PressureResult(
        result.machine(),
        options,
        result.steps(),
        result.checks(),
        result.counts(),
        result.violations(),
        script);
  }

  private static PressureResult once(
      MachineSpec spec, PressureOptions options, LongConsumer progress) throws IOException {
    PressureRun run = new PressureRun(spec, options);
    boolean ended = true;
    if (options.threads() > 1) {
      ended = new Threads(run, options.steps(), progress).work();
    } else {
      alone(run, options.steps(), progress);
    }
    if (ended && run.violations.isEmpty()) {
      run.finish();
    }
    PressureResult result =
        new PressureResult(
            spec.name(),
            options,
            run.steps(),
            run.checks(),
            run.counts(),
            run.violations,
            List.of());
    if (ended) {
      run.close(); // else threads still use its memory
    }
    return result;
  }

  private static void alone(PressureRun run, long steps, LongConsumer progress) {
    Worker worker = run.workers.getFirst();
    long nextCheck = PressureRun.interval(0);
    for (long step = 0; step < steps && run.step(worker, step); step++) {
      if (step == nextCheck) {
        progress.accept(step);
        if (!run.check("after step " + step + ", " + worker.lastStep())) {
          return;
        }
        nextCheck += PressureRun.interval(step);
      }
    }
  }
}
