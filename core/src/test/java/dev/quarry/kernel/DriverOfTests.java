package dev.quarry.kernel;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.slab.SlabAllocator;

/** A user of the object allocator in another package, whose calls the reports can name. */
public final class DriverOfTests {
  private DriverOfTests() {}

  /** Allocates 64 bytes. */
  public static long open(SlabAllocator slab, Cpu cpu) {
    return slab.kmalloc(cpu, 64, Gfp.GFP_KERNEL);
  }
}
