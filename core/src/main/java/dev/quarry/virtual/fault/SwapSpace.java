package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;

/**
 * Where pages go that are swapped out, as far as page faults need it. Entries are those of {@link
 * dev.quarry.virtual.Pte#swapped}.
 */
public interface SwapSpace {
  /** {@link #read}: there is no memory for the page. */
  int NO_MEMORY = -2;

  /** {@link #read}: it could not be read. */
  int IO_ERROR = -3;

  /** No entry is ever made. */
  SwapSpace NONE =
      new SwapSpace() {
        @Override
        public int read(Cpu cpu, long entry) {
          return IO_ERROR;
        }

        @Override
        public boolean dropCached(Cpu cpu, int pfn) {
          return false;
        }

        @Override
        public boolean isHalfFull(int pfn) {
          return false;
        }

        @Override
        public boolean isCached(long entry) {
          return false;
        }

        @Override
        public int users(long entry) {
          return 0;
        }

        @Override
        public boolean migrate(int pfn, int to, Move move) {
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
   * Brings a page back, or finds it in the swap cache.
   *
   * @return a frame of the swap cache with a reference for the caller, or {@link #NO_MEMORY},
   *     {@link #IO_ERROR}
   */
  int read(Cpu cpu, long entry);

  /**
   * Gives up a page's place in swap if no entry says that it is there: {@code folio_free_swap}.
   *
   * @return whether the page is in no swap cache any more
   */
  boolean dropCached(Cpu cpu, int pfn);

  /** A page's last entry goes: its place in swap goes too, if none says it: free_swap_cache. */
  default void lastEntryGoes(Cpu cpu, MemMap map, int pfn) {
    boolean cached = (PageState.flags(map.state(pfn)) & PageState.SWAPCACHE) != 0;
    if (cached && map.mapcount(pfn) == 1) {
      dropCached(cpu, pfn);
    }
  }

  /** Whether places are too few to keep one for a page in memory: {@code mem_cgroup_swap_full}. */
  boolean isHalfFull(int pfn);

  /** Whether the page is in memory, so that nothing need be read. */
  boolean isCached(long entry);

  /** How many page table entries say that the page is there: {@code swp_swapcount}. */
  int users(long entry);

  /** Moves a page, descriptor included. */
  @FunctionalInterface
  interface Move {
    /** Returns whether it could. */
    boolean move();
  }

  /**
   * Lets a page of the swap cache move to another frame, if it can, which takes its place in the
   * cache; nobody finds it there meanwhile.
   *
   * @return whether it moved
   */
  boolean migrate(int pfn, int to, Move move);

  /** One page table entry more says that the page is there: {@code swap_duplicate}. */
  void duplicate(long entry);

  /** One less: {@code swap_free}. */
  void free(Cpu cpu, long entry);
}
