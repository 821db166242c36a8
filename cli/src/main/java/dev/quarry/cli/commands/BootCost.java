package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;

/** What work on a whole machine costs, in a {@link dev.quarry.cli.lang.Budget}'s steps. */
final class BootCost {
  private static final long BASE = 1_000;
  private static final int FRAMES_PER_STEP = 1 << 10;
  private static final int STEPS_PER_CPU = 10;
  private static final int PAGES_PER_STEP = 4;

  private BootCost() {}

  static long steps(MachineSpec spec) {
    long frames = spec.memory().isEmpty() ? 0 : spec.endPfn();
    return BASE
        + frames / FRAMES_PER_STEP
        + (long) STEPS_PER_CPU * spec.cpuNodes().size() * Math.max(1, spec.nodes().size());
  }

  /** A check walks over what was touched. */
  static long ofCheck(Machine machine) {
    long held = machine.memory().zones().stream().mapToLong(z -> z.managed() - z.freePages()).sum();
    return BASE / 2 + held / PAGES_PER_STEP;
  }
}
