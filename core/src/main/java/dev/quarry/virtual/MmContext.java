package dev.quarry.virtual;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What tells the entries of an address space from those of others in a TLB: {@code mm_context_t}
 * (arch/x86/include/asm/mmu.h, 6.18).
 *
 * <p>Each flush makes a new generation. A CPU that does not run the address space is left alone; it
 * compares generations when it runs it again, and forgets everything if it was away for a flush.
 */
public final class MmContext {
  private final long id;
  private final AtomicLong generation = new AtomicLong(1);

  MmContext(long id) {
    this.id = id;
  }

  /** {@code ctx_id}: never used twice on a machine, while the frame of a root is. */
  public long id() {
    return id;
  }

  /** {@code tlb_gen}: how often entries changed so that a TLB must forget something, and 1. */
  public long generation() {
    return generation.get();
  }

  /** A flush begins; the generation that it brings: {@code inc_mm_tlb_gen}. */
  public long nextGeneration() {
    return generation.incrementAndGet();
  }
}
