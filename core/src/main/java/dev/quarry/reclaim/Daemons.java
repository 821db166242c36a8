package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;

/**
 * What the lists ask of reclaim. What works in the background and was woken runs between operations
 * in a simulation.
 */
interface Daemons {
  /** Lets those run that were woken. */
  void run(Cpu cpu);

  /** There are too many dirty pages of files: {@code wakeup_flusher_threads}. */
  void wakeFlusher();

  /** Takes isolated pages out of memory; those that stay are left in the batch. */
  int pageOut(Cpu cpu, PageBatch batch);
}
