package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.LastReference;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PageState;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.virtual.cache.PageLru;

/**
 * How pages come to the LRU lists and move between them: mm/swap.c, mm/mlock.c (6.18). New ones
 * wait in a batch of their CPU, so that the lists' lock is taken once for many.
 *
 * <pre>
 *   fault, read ─► [ 31 pages of this CPU, a reference each ] ─► inactive list
 * </pre>
 *
 * <p>Equation: a page that waits has one reference of the batch's and is on no list.
 */
final class LruBatches implements PageLru, LastReference {
  /** PAGEVEC_SIZE. */
  private static final int BATCH = 31;

  /** CPUs' batches share no cache line. */
  private static final int STRIDE = 48;

  private static final int COUNT = BATCH;

  private final PhysicalMemory memory;
  private final MemMap map;
  private final PageAllocator allocator;
  private final Lruvecs lruvecs;
  private final Workingset workingset;
  private final Daemons daemons;
  private final MemoryGroups groups;
  private final int[] waiting;

  LruBatches(
      PhysicalMemory memory,
      PageAllocator allocator,
      Lruvecs lruvecs,
      Workingset workingset,
      MemoryGroups groups,
      Daemons daemons) {
    this.groups = groups;
    this.memory = memory;
    this.map = memory.map();
    this.allocator = allocator;
    this.lruvecs = lruvecs;
    this.workingset = workingset;
    this.daemons = daemons;
    this.waiting = new int[memory.cpus().size() * STRIDE];
  }

  @Override
  public void add(Cpu cpu, int pfn) {
    map.addFirstReference(pfn);
    if (lruvecs.areGenerations() && isSwapBacked(pfn)) {
      map.changeFlags(pfn, 0, PageState.ACTIVE); // a fault wants it: lru_gen_in_fault
    }
    int base = cpu.id() * STRIDE;
    int count = waiting[base + COUNT];
    waiting[base + count] = pfn;
    waiting[base + COUNT] = ++count;
    if (count == BATCH) {
      drain(cpu);
    }
  }

  private boolean isSwapBacked(int pfn) {
    return (map.state(pfn) & PageState.SWAPBACKED) != 0;
  }

  @Override
  public void drain(Cpu cpu) {
    int base = cpu.id() * STRIDE;
    int count = waiting[base + COUNT];
    if (count == 0) {
      return;
    }
    waiting[base + COUNT] = 0;
    int left = 0;
    for (int i = base; i < base + count; ) {
      Lruvec lruvec = lruvecs.of(waiting[i]);
      lruvec.lock.lock();
      do {
        int pfn = waiting[i++];
        if (!lruvec.addWaiting(pfn)) {
          waiting[base + left++] = pfn;
        }
      } while (i < base + count && lruvecs.of(waiting[i]) == lruvec);
      lruvec.countAdded();
      lruvec.lock.unlock();
    }
    for (int i = base; i < base + left; i++) {
      allocator.freePage(cpu, waiting[i]);
    }
  }

  /**
   * Puts pages that were isolated on the lists that their flags say: {@code move_folios_to_lru}.
   */
  void putBack(Cpu cpu, PageBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      putBack(cpu, batch.pfn(i));
    }
  }

  /** The same of one page: {@code folio_putback_lru}. */
  void putBack(Cpu cpu, int pfn) {
    Lruvec lruvec = lruvecs.lock(pfn);
    lruvec.add(pfn);
    lruvec.lock.unlock();
    if (!map.dropReference(pfn)) {
      allocator.freePage(cpu, pfn);
    }
  }

  /** Pages that wait in batches of all CPUs. */
  int waiting() {
    int pages = 0;
    for (Cpu cpu : memory.cpus()) {
      pages += waiting[cpu.id() * STRIDE + COUNT];
    }
    return pages;
  }

  /** Empties the batches of all CPUs that no other thread holds: {@code lru_add_drain_all}. */
  void drainAll() {
    for (Cpu cpu : memory.cpus()) {
      cpu.whileHeld(() -> drain(cpu));
    }
  }

  @Override
  public boolean charge(Cpu cpu, int head, int gfp) {
    return !groups.isInUse() || charge(cpu, groups.of(cpu.task()), head, gfp);
  }

  /** The same for a group that is not that of whose work the CPU does. */
  boolean charge(Cpu cpu, MemoryGroup group, int head, int gfp) {
    int pages = 1 << PageState.order(map.state(head));
    boolean charged = daemons.charge(cpu, group, pages, gfp);
    if (charged) {
      groups.commit(group, head, pages);
    }
    return charged;
  }

  @Override
  public void uncharge(int head) {
    groups.uncharge(head, 1 << PageState.order(map.state(head)));
  }

  @Override
  public void count(Cpu cpu, VmEvent event, long pages) {
    memory.events().count(cpu.id(), event, pages);
    if (groups.isInUse()) {
      groups.of(cpu.task()).count(event, pages);
    }
  }

  /** Counts what happens to a page, for its group too: {@code count_memcg_folio_events}. */
  void count(Cpu cpu, int pfn, VmEvent event) {
    memory.events().count(cpu.id(), event, 1);
    if (groups.isInUse()) {
      groups.ofPage(pfn).count(event, 1);
    }
  }

  /** A page that is on no list is freed by who reclaimed it. */
  void gone(int pfn) {
    groups.uncharge(pfn, 1);
  }

  @Override
  public void addLarge(int head) {
    Lruvec lruvec = lruvecs.lock(head);
    lruvec.add(head);
    lruvec.lock.unlock();
  }

  @Override
  public void beforeSplit(int head) {
    Lruvec lruvec = lruvecs.lock(head);
    if ((map.state(head) & PageState.LRU) != 0) {
      lruvec.remove(head);
    }
    if ((map.state(head) & PageState.UNEVICTABLE) != 0) {
      lruvec.countMlocked(head, -1); // its pages are found to be locked one by one
      map.changeFlags(head, PageState.UNEVICTABLE, 0);
    }
    lruvec.lock.unlock();
  }

  @Override
  public void afterSplit(int first, int pages) {
    Lruvec lruvec = lruvecs.lock(first);
    for (int pfn = first; pfn < first + pages; pfn++) {
      if (map.mapcount(pfn) > 0) {
        lruvec.add(pfn);
      } else {
        groups.uncharge(pfn, 1); // who splits the block frees it
      }
    }
    lruvec.lock.unlock();
  }

  @Override
  public void lazyFree(int pfn) {
    int gone = PageState.SWAPBACKED | PageState.DIRTY | PageState.REFERENCED | PageState.ACTIVE;
    int asked = PageState.LRU | PageState.ANON | PageState.SWAPBACKED | PageState.SWAPCACHE;
    Lruvec lruvec = lruvecs.lock(pfn);
    boolean may = (PageState.flags(map.state(pfn)) & asked) == (asked & ~PageState.SWAPCACHE);
    if (may) { // else reclaim has it, and puts it into swap
      lruvec.changeFlags(pfn, gone, 0);
    }
    lruvec.lock.unlock();
  }

  @Override
  public boolean leaveLru(int pfn) {
    Lruvec lruvec = lruvecs.lock(pfn);
    long state = map.state(pfn);
    if (PageState.refcount(state) == 1 && (state & PageState.LRU) != 0) {
      lruvec.remove(pfn);
      if ((state & PageState.UNEVICTABLE) != 0) {
        lruvec.countMlocked(pfn, -1);
      }
      map.changeFlags(pfn, PageState.ACTIVE | PageState.UNEVICTABLE, 0);
      groups.uncharge(pfn, 1 << PageState.order(state));
    }
    lruvec.lock.unlock();
    return true;
  }

  @Override
  public void accessed(Cpu cpu, int pfn) {
    int flags = PageState.flags(map.state(pfn));
    Generations generations = lruvecs.of(pfn).generations();
    if (generations != null) {
      if ((flags & PageState.UNEVICTABLE) == 0) {
        generations.accessed(pfn);
      }
    } else if ((flags & PageState.REFERENCED) == 0) {
      map.changeFlags(pfn, 0, PageState.REFERENCED);
    } else if ((flags & (PageState.UNEVICTABLE | PageState.ACTIVE)) == 0) {
      activate(cpu, pfn);
      map.changeFlags(pfn, PageState.REFERENCED, 0);
      workingset.activated(pfn);
    }
  }

  /** {@code folio_activate}; a page that waits becomes active when it comes to a list. */
  private void activate(Cpu cpu, int pfn) {
    Lruvec lruvec = lruvecs.lock(pfn);
    if (lruvec.changeFlags(pfn, 0, PageState.ACTIVE)) {
      count(cpu, pfn, VmEvent.PGACTIVATE);
    }
    lruvec.lock.unlock();
  }

  @Override
  public void rotate(Cpu cpu, int pfn) {
    Lruvec lruvec = lruvecs.lock(pfn);
    long state = map.state(pfn);
    long no = PageState.LOCKED | PageState.DIRTY | PageState.UNEVICTABLE;
    if ((state & PageState.LRU) != 0 && (state & no) == 0) {
      lruvec.remove(pfn);
      map.changeFlags(pfn, PageState.ACTIVE, 0);
      lruvec.addTail(pfn);
      memory.events().count(cpu.id(), VmEvent.PGROTATED, 1);
    }
    lruvec.lock.unlock();
  }

  @Override
  public void deactivate(Cpu cpu, int pfn) {
    Lruvec lruvec = lruvecs.lock(pfn);
    long state = map.state(pfn);
    boolean aged = lruvec.generations() != null;
    boolean active = aged || (state & PageState.ACTIVE) != 0;
    if (active && (state & PageState.LRU) != 0 && (state & PageState.UNEVICTABLE) == 0) {
      int gone = PageState.ACTIVE | PageState.REFERENCED;
      lruvec.changeFlags(pfn, aged ? gone | PageState.WORKINGSET : gone, 0);
      count(cpu, pfn, VmEvent.PGDEACTIVATE);
    }
    lruvec.lock.unlock();
  }

  @Override
  public void lock(Cpu cpu, int pfn) {
    if ((map.state(pfn) & PageState.UNEVICTABLE) != 0) {
      return;
    }
    drain(cpu);
    move(cpu, pfn, PageState.ACTIVE, PageState.UNEVICTABLE, VmEvent.UNEVICTABLE_PGS_MLOCKED);
  }

  @Override
  public void unlock(Cpu cpu, int pfn) {
    if ((map.state(pfn) & PageState.UNEVICTABLE) != 0) {
      move(cpu, pfn, PageState.UNEVICTABLE, 0, VmEvent.UNEVICTABLE_PGS_MUNLOCKED);
      memory.events().count(cpu.id(), VmEvent.UNEVICTABLE_PGS_RESCUED, 1);
    }
  }

  private void move(Cpu cpu, int pfn, int clear, int set, VmEvent event) {
    Lruvec lruvec = lruvecs.lock(pfn);
    boolean was = (map.state(pfn) & PageState.UNEVICTABLE) != 0;
    boolean becomes = set != 0;
    if (was != becomes) {
      lruvec.changeFlags(pfn, clear, set);
      lruvec.countMlocked(pfn, becomes ? 1 : -1);
      memory.events().count(cpu.id(), event, 1);
    }
    lruvec.lock.unlock();
  }

  @Override
  public int pageOut(Cpu cpu, int[] pfns) {
    drain(cpu);
    PageBatch taken = new PageBatch(pfns.length);
    for (int pfn : pfns) {
      if (isolate(pfn)) {
        taken.add(pfn);
      }
    }
    int reclaimed = daemons.pageOut(cpu, taken);
    putBack(cpu, taken);
    return reclaimed;
  }

  /**
   * Takes a page off its list, with a reference: {@code folio_isolate_lru}.
   *
   * @return false if it is on none, or may not be taken away
   */
  boolean isolate(int pfn) {
    return isolate(pfn, PageState.UNEVICTABLE);
  }

  /** The same, where other flags forbid it. */
  boolean isolate(int pfn, int forbidden) {
    Lruvec lruvec = lruvecs.lock(pfn);
    int flags = PageState.flags(map.state(pfn));
    boolean listed = (flags & PageState.LRU) != 0 && (flags & forbidden) == 0;
    boolean taken = listed && map.tryReference(pfn, 0);
    if (taken) {
      lruvec.remove(pfn);
    }
    lruvec.lock.unlock();
    return taken;
  }

  @Override
  public int evicted(int pfn) {
    return workingset.evicted(pfn);
  }

  @Override
  public void refault(Cpu cpu, int pfn, int shadow) {
    workingset.refault(pfn, shadow);
  }

  @Override
  public boolean wasInUse(int shadow, boolean file) {
    return workingset.wasInUse(shadow, file);
  }

  /** Nothing but dirty pages of files is left at the tail. */
  void wakeFlusher() {
    daemons.wakeFlusher();
  }

  @Override
  public void boundary(Cpu cpu) {
    daemons.run(cpu);
  }
}
