package dev.quarry.virtual;

import dev.quarry.machine.Cpu;

/**
 * How a CPU's access finds its physical address: through the page tables alone, or through a TLB
 * that is modelled. Both give the same address, or the same refusal.
 */
@FunctionalInterface
public interface Translation {
  /** Each access goes over the page tables; there is no TLB. */
  Translation WITHOUT_TLB = (cpu, tables, address, access) -> tables.translate(address, access);

  /**
   * Translates an access and sets the accessed and dirty bits that it sets.
   *
   * @param access bits of {@link Access}
   * @return the physical address, or {@link PageTables#NO_TRANSLATION}
   */
  long translate(Cpu cpu, PageTables tables, long address, int access);
}
