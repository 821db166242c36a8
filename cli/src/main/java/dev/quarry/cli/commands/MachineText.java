package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.Locale;

/** A machine as a few lines of text. */
public final class MachineText {
  private MachineText() {}

  /** What was booted: one line for the machine, one for each zone with memory. */
  public static String summary(Machine machine) {
    MachineSpec spec = machine.spec();
    PhysicalMemory memory = machine.memory();
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "%s: Linux %s, %s, %s, orders 0 to %d, min_free_kbytes %d",
            spec.name(),
            spec.release(),
            Counted.of(spec.cpuNodes().size(), "CPU"),
            Counted.of(spec.nodes().size(), "node"),
            spec.maxOrder(),
            memory.minFreeKbytes()));
    for (Zone zone : memory.zones()) {
      if (zone.isPopulated()) {
        out.append(
            String.format(
                Locale.ROOT,
                "\n  %-22s frames %8d to %8d, %9d managed, marks %d/%d/%d",
                zone,
                zone.startPfn(),
                zone.endPfn() - 1,
                zone.managed(),
                zone.mark(Zone.MIN),
                zone.mark(Zone.LOW),
                zone.mark(Zone.HIGH)));
      }
    }
    return out.toString();
  }
}
