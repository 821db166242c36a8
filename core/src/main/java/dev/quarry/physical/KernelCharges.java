package dev.quarry.physical;

import dev.quarry.machine.Cpu;

/**
 * Memory of the kernel's that a process's work needs and that counts for the process's group: what
 * is allocated with __GFP_ACCOUNT, and objects of caches that say SLAB_ACCOUNT ({@code
 * __memcg_kmem_charge_page}, {@code __memcg_slab_post_alloc_hook}, mm/memcontrol.c, 6.18).
 */
public interface KernelCharges {
  /** There are no groups. */
  KernelCharges NONE =
      new KernelCharges() {
        @Override
        public boolean chargePage(Cpu cpu, int pfn) {
          return true;
        }

        @Override
        public void unchargePage(int pfn) {}

        @Override
        public boolean chargeObject(Cpu cpu, long object, int size) {
          return true;
        }

        @Override
        public void unchargeObject(long object) {}
      };

  /**
   * A fresh page counts for whose work the CPU does.
   *
   * @return false: its group is at its limit; the caller frees the page
   */
  boolean chargePage(Cpu cpu, int pfn);

  /** A page goes, if it counts for a group. */
  void unchargePage(int pfn);

  /**
   * The same of an object.
   *
   * @param size bytes that it takes of its slab
   */
  boolean chargeObject(Cpu cpu, long object, int size);

  /** An object goes, if it counts for a group. */
  void unchargeObject(long object);
}
