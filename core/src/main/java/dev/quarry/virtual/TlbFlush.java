package dev.quarry.virtual;

/**
 * What software tells the TLBs when entries that they may hold have changed. Now it is counted; a
 * modelled TLB can listen too.
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
}
