package dev.quarry.virtual;

import dev.quarry.machine.Cpu;

/**
 * What software tells the TLBs when entries that they may hold have changed. {@link TlbCounts}
 * counts it and hands it on to the TLBs, if they are modelled.
 *
 * <p>Who takes an entry away, points it elsewhere, allows less by it, or clears its dirty bit,
 * calls this before anybody else can use what the entry showed. Who allows more need not: a
 * processor that is refused looks at the tables again.
 */
public interface TlbFlush {
  /**
   * Forgets a range of the kernel's half on all CPUs: {@code flush_tlb_kernel_range}.
   *
   * @param pages how many from {@code address} on
   */
  void kernelRange(long address, long pages);

  /** Forgets one page on the CPU that runs: {@code flush_tlb_one_kernel}. */
  void localPage(long address);

  /**
   * Forgets a range of an address space on all CPUs that run it: {@code flush_tlb_mm_range}.
   *
   * @param cpu that asks
   * @param pages how many from {@code address} on
   * @param tablesFreed whether tables are gone too: then a CPU that is only lazily in the address
   *     space is told as well, as it must not walk them
   */
  void userRange(Cpu cpu, PageTables of, long address, long pages, boolean tablesFreed);

  /** Forgets all of an address space on all CPUs that run it: {@code flush_tlb_mm}. */
  void userAll(Cpu cpu, PageTables of);

  /** An address space is about to end: no CPU may have its tables loaded any more. */
  void gone(PageTables of);
}
