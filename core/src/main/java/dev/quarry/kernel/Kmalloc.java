package dev.quarry.kernel;

import dev.quarry.machine.Cpu;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.virtual.ObjectMemory;

/** The general caches as the place of virtual memory's descriptors. */
record Kmalloc(SlabAllocator slab) implements ObjectMemory {
  @Override
  public long kmalloc(Cpu cpu, long bytes, int gfp) {
    return slab.kmalloc(cpu, bytes, gfp);
  }

  @Override
  public void kfree(Cpu cpu, long address) {
    slab.kfree(cpu, address);
  }
}
