package dev.quarry.virtual;

import dev.quarry.machine.Cpu;

/** Where the kernel's small descriptors live: kmalloc. The floor below provides it. */
public interface ObjectMemory {
  /** What {@link #kmalloc} returns for a failure: NULL. */
  long NO_OBJECT = 0;

  /**
   * Allocates bytes that the direct map shows one after the other.
   *
   * @param gfp bits of {@link dev.quarry.physical.Gfp}; with ZERO the bytes are zeros
   * @return their address, or {@link #NO_OBJECT}
   */
  long kmalloc(Cpu cpu, long bytes, int gfp);

  /** Frees what {@link #kmalloc} returned. */
  void kfree(Cpu cpu, long address);
}
