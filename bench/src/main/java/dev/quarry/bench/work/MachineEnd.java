package dev.quarry.bench.work;

import dev.quarry.kernel.Machine;
import java.util.List;

/** How each machine ends that was measured: the figure of a broken one is worth nothing. */
final class MachineEnd {
  private MachineEnd() {}

  /**
   * Checks a machine that rests, and gives its memory back.
   *
   * @throws IllegalStateException if it was not sound
   */
  static void close(Machine machine) {
    List<String> broken = machine.invariants();
    machine.close();
    if (!broken.isEmpty()) {
      throw new IllegalStateException("invariants broken: " + broken);
    }
  }
}
