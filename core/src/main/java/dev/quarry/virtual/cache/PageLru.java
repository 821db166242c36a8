package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.VmEvent;

/**
 * What the floor that reclaims memory wants to know of user pages: mm/swap.c (6.18). This floor
 * owns the questions, and tells them to {@link #NONE} until somebody keeps lists.
 */
public interface PageLru {
  /**
   * A fresh page that nobody but the caller can find yet got its owner: {@code folio_add_lru}. What
   * keeps it for a while takes a reference of its own.
   */
  void add(Cpu cpu, int pfn);

  /**
   * A fresh page, or block, counts for whose work the CPU does: {@code mem_cgroup_charge}.
   *
   * @return false: that one's group is at its limit, and nothing can be done; the page is to be
   *     freed
   */
  boolean charge(Cpu cpu, int head, int gfp);

  /** One that was charged, and never added, is going to be freed. */
  void uncharge(int head);

  /** Counts an event for the machine and for whose work the CPU does: count_memcg_events. */
  void count(Cpu cpu, VmEvent event, long pages);

  /** The same of a huge page; no reference of it is kept: {@code folio_add_lru}. */
  void addLarge(int head);

  /** A huge page is about to be split, if nobody else holds it. */
  void beforeSplit(int head);

  /** Its pages are single ones from now on: {@code lru_add_split_folio}. */
  void afterSplit(int first, int pages);

  /** A page may be dropped unless it is written again: {@code folio_mark_lazyfree}. */
  void lazyFree(int pfn);

  /** Puts what this CPU keeps for a while where it belongs: {@code lru_add_drain}. */
  void drain(Cpu cpu);

  /** A page was used by other means than an entry: {@code folio_mark_accessed}. */
  void accessed(Cpu cpu, int pfn);

  /** A page that reclaim waited for was written: {@code folio_rotate_reclaimable}. */
  void rotate(Cpu cpu, int pfn);

  /** A page is not expected to be used soon: {@code folio_deactivate}. */
  void deactivate(Cpu cpu, int pfn);

  /** A page may not be taken away from now on: {@code mlock_folio}. */
  void lock(Cpu cpu, int pfn);

  /** No area locks a page any more: {@code munlock_folio}. */
  void unlock(Cpu cpu, int pfn);

  /**
   * Takes pages out of memory, used or not: {@code reclaim_pages}.
   *
   * @return how many went
   */
  int pageOut(Cpu cpu, int[] pfns);

  /**
   * What is left of a page of a file that is taken out of the cache: {@code workingset_eviction}.
   */
  int evicted(int pfn);

  /**
   * A page of which this was left comes back, and is going to be added: {@code workingset_refault}.
   */
  void refault(Cpu cpu, int pfn, int shadow);

  /**
   * Whether a page of which this was left was in use when it was taken away, so that who reads it
   * again is stalled: PG_workingset after {@code workingset_refault}.
   */
  default boolean wasInUse(int shadow, boolean file) {
    return false;
  }

  /** A process's operation begins, and nothing of it is under way: daemons may run. */
  void boundary(Cpu cpu);

  /** Nobody keeps lists. */
  PageLru NONE =
      new PageLru() {
        @Override
        public void add(Cpu cpu, int pfn) {}

        @Override
        public boolean charge(Cpu cpu, int head, int gfp) {
          return true;
        }

        @Override
        public void uncharge(int head) {}

        @Override
        public void count(Cpu cpu, VmEvent event, long pages) {}

        @Override
        public void addLarge(int head) {}

        @Override
        public void beforeSplit(int head) {}

        @Override
        public void afterSplit(int first, int pages) {}

        @Override
        public void lazyFree(int pfn) {}

        @Override
        public void drain(Cpu cpu) {}

        @Override
        public void accessed(Cpu cpu, int pfn) {}

        @Override
        public void rotate(Cpu cpu, int pfn) {}

        @Override
        public void deactivate(Cpu cpu, int pfn) {}

        @Override
        public void lock(Cpu cpu, int pfn) {}

        @Override
        public void unlock(Cpu cpu, int pfn) {}

        @Override
        public int pageOut(Cpu cpu, int[] pfns) {
          return 0;
        }

        @Override
        public int evicted(int pfn) {
          return 0;
        }

        @Override
        public void refault(Cpu cpu, int pfn, int shadow) {}

        @Override
        public void boundary(Cpu cpu) {}
      };
}
