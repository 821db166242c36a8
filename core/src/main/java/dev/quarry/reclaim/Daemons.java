package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.reclaim.group.MemoryGroup;

/**
 * What the lists ask of reclaim. What works in the background and was woken runs between operations
 * in a simulation.
 */
interface Daemons {
  /** Lets those run that were woken. */
  void run(Cpu cpu);

  /** There are too many dirty pages of files: {@code wakeup_flusher_threads}. */
  void wakeFlusher();

  /** Charges pages to a group: {@code try_charge}; false: it is at its limit. */
  boolean charge(Cpu cpu, MemoryGroup group, long pages, int gfp);

  /** Takes isolated pages out of memory; those that stay are left in the batch. */
  int pageOut(Cpu cpu, PageBatch batch);
}
