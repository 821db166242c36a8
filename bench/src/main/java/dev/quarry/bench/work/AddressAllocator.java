package dev.quarry.bench.work;

/**
 * An allocator whose objects are addresses: Quarry's, or one of C called from Java. A class, and
 * only one of its kinds loaded in a JVM, so that the compiler inlines it into every loop.
 */
abstract class AddressAllocator {
  /** Allocates, and writes the first 8 bytes. */
  abstract long allocate(int bytes, long word);

  /** Frees. */
  abstract void free(long address);
}
