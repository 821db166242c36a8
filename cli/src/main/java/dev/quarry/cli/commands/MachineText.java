package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.SlabSpec;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.List;
import java.util.Locale;

/** A machine as a few lines of text. */
public final class MachineText {
  private MachineText() {}

  /**
   * What was booted: one line for the machine, one for each zone with memory, and one for its
   * objects where they are not as usual.
   */
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
    boolean usual = spec.slab().equals(SlabSpec.DEFAULTS);
    return usual ? out.toString() : out + "\n  " + objects(spec.slab());
  }

  /** What was decided about objects: {@code kmalloc=}, {@code slab=} and {@code slab_debug=}. */
  public static String objects(SlabSpec slab) {
    List<Integer> sizes = slab.geometry().sizes();
    SlabSpec.Debug debug = slab.debug();
    String checks =
        debug.letters().isEmpty()
            ? "no checks"
            : "checks "
                + debug.letters()
                + " of "
                + (debug.caches().isEmpty() ? "all caches" : String.join(", ", debug.caches()));
    return String.format(
        Locale.ROOT,
        "objects: kmalloc %s (%d sizes, %d to %d bytes), slab %s, %s",
        slab.geometry().label(),
        sizes.size(),
        sizes.getFirst(),
        sizes.getLast(),
        slab.manner().label(),
        checks);
  }
}
