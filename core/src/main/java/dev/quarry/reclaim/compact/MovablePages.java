package dev.quarry.reclaim.compact;

import dev.quarry.machine.Cpu;

/** What compaction asks of those who keep pages of processes and files. */
public interface MovablePages {
  /** What became of a page that was to move. */
  enum Moved {
    YES,
    /** Somebody was in the way; the page is still isolated. */
    AGAIN,
    /** Nobody wanted it any more: it was freed. The frame was not needed. */
    GONE
  }

  /**
   * Takes a page off its LRU list, if it is on one and can likely move.
   *
   * @param ofFiles whether pages of files may be taken, for which locks of files are needed
   * @param unevictable whether pages may be taken that are locked in memory
   * @param now whether pages are left alone that are being written
   */
  boolean isolate(int pfn, boolean ofFiles, boolean unevictable, boolean now);

  /** Puts an isolated page back. */
  void putBack(Cpu cpu, int pfn);

  /** Moves an isolated page to a frame that the caller has; the old frame is freed. */
  Moved move(Cpu cpu, int pfn, int to);

  /** Puts what a CPU keeps for a while on lists: {@code lru_add_drain}. */
  void drain(Cpu cpu);

  /** The same on all CPUs: {@code lru_add_drain_all}. */
  void drainAll();
}
