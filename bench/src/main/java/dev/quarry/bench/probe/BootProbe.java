package dev.quarry.bench.probe;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.Presets;

/** Boots and closes the machine of 1 TiB, and prints the nanoseconds that each time took. */
public final class BootProbe {
  private BootProbe() {}

  /** Takes how often to boot before printing, and how often to print. */
  public static void main(String[] args) {
    MachineSpec spec = Presets.get("huge");
    int warmups = Integer.parseInt(args[0]);
    int boots = Integer.parseInt(args[1]);
    for (int i = 0; i < warmups; i++) {
      bootNanos(spec);
    }
    for (int i = 0; i < boots; i++) {
      System.out.println(bootNanos(spec));
    }
  }

  private static long bootNanos(MachineSpec spec) {
    long start = System.nanoTime();
    try (Machine machine = Machine.boot(spec)) {
      if (machine.memory().zones().isEmpty()) {
        throw new IllegalStateException("the machine has no zones");
      }
    }
    return System.nanoTime() - start;
  }
}
