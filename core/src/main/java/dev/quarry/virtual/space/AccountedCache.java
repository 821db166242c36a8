package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.KernelCharges;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.slab.KmemCache;

/**
 * A cache whose objects count for the group of the process that they are for: SLAB_ACCOUNT
 * (include/linux/slab.h, mm/slub.c, 6.18). A machine without groups pays one call for each.
 */
final class AccountedCache {
  private final PhysicalMemory memory;
  private final KmemCache cache;
  private final int size;

  AccountedCache(PhysicalMemory memory, KmemCache cache) {
    this.memory = memory;
    this.cache = cache;
    this.size = cache.geometry().size();
  }

  /** An object, or {@link KmemCache#NULL} without memory or above the group's limit. */
  long alloc(Cpu cpu, int gfp) {
    long object = cache.alloc(cpu, gfp);
    KernelCharges charges = memory.kernelCharges();
    if (object != KmemCache.NULL && !charges.chargeObject(cpu, object, size)) {
      cache.free(cpu, object);
      return KmemCache.NULL;
    }
    return object;
  }

  void free(Cpu cpu, long object) {
    memory.kernelCharges().unchargeObject(object);
    cache.free(cpu, object);
  }
}
