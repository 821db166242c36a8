package dev.quarry.slab;

/** One step of a random sequence. Victims are numbers that are taken modulo what is held then. */
sealed interface SlabOp {
  /** kmalloc. */
  record Kmalloc(int cpu, int size, int gfp) implements SlabOp {}

  /** An object of one of the caches, near a node. */
  record Alloc(int cpu, int cache, int node, int gfp) implements SlabOp {}

  /** Many objects of one of the caches. */
  record Bulk(int cpu, int cache, int count) implements SlabOp {}

  /** Frees an object by kfree. */
  record Free(int cpu, int victim) implements SlabOp {}

  /** krealloc. */
  record Realloc(int cpu, int victim, int size) implements SlabOp {}

  /** Frees an address that most likely is none of an object. */
  record WildFree(int cpu, int victim, int offset) implements SlabOp {}

  /** Makes a cache anew, if none of its objects is in use. */
  record Recreate(int cpu, int cache) implements SlabOp {}

  /** Gives free slabs back. */
  record Shrink(int cache) implements SlabOp {}

  /** Gives what a CPU owns to the nodes. */
  record Drain(int cpu) implements SlabOp {}

  /** Changes the limits of arrays. */
  record Tune(int cache, int limit) implements SlabOp {}

  /** The end of a grace period. */
  record GracePeriod(int cpu) implements SlabOp {}
}
