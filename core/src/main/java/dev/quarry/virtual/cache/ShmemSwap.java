package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;

/** Where pages of shared memory go that are swapped out: what mm/shmem.c needs of swap (6.18). */
public interface ShmemSwap {
  /** {@link PageCache#read}: there is no memory for the page, or it cannot be read. */
  ShmemSwap NONE =
      new ShmemSwap() {
        @Override
        public int read(Cpu cpu, long entry) {
          return PageCache.IO_ERROR;
        }

        @Override
        public boolean take(int pfn, long entry) {
          return false;
        }

        @Override
        public void duplicate(long entry) {
          throw new IllegalStateException("there is no swap, and an entry in it");
        }

        @Override
        public void free(Cpu cpu, long entry) {
          throw new IllegalStateException("there is no swap, and an entry in it");
        }
      };

  /**
   * Brings a page back into the swap cache, with a reference for the caller.
   *
   * @return the frame, or {@link PageCache#NO_MEMORY}, {@link PageCache#IO_ERROR}
   */
  int read(Cpu cpu, long entry);

  /**
   * Takes a page out of the swap cache whose only user is the caller: its place in swap is free
   * then, the cache's reference the caller's.
   *
   * @return false if somebody else works on it
   */
  boolean take(int pfn, long entry);

  /** The caller's file says from now on that the page is there. */
  void duplicate(long entry);

  /** It does not any more. */
  void free(Cpu cpu, long entry);
}
