package dev.quarry.reclaim;

import dev.quarry.physical.FreeList;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import java.util.Objects;

/**
 * The generations of a node's pages: {@code struct lru_gen_folio} (include/linux/mmzone.h, {@code
 * lru_gen_add_folio} of include/linux/mm_inline.h, mm/vmscan.c, 6.18).
 *
 * <pre>
 *   min_seq                          max_seq         sequence numbers; at most 4 generations
 *   oldest ──── ... ──── second youngest ─ youngest  each a list of private pages, one of files
 *      │ evicted          counted as active  ▲
 *      ▼                                     └── found used by the walk of page tables
 *
 *   equations: min_seq &lt;= max_seq - 1, max_seq - min_seq &lt; 4; a page is on the list of the generation
 *   that its flags say; a list has as many pages as its zones count together
 * </pre>
 *
 * <p>Linux moves a page that was promoted only when it meets it on its old list; here it moves at
 * once, so that a list says what it holds. The node's lock guards everything but the counts of
 * refaults.
 */
final class Generations {
  static final int ANON = 0;
  static final int FILE = 1;

  /** MAX_NR_GENS. */
  static final int MOST = 4;

  /** MIN_NR_GENS: the youngest two are not evicted, so that each page gets a second chance. */
  static final int LEAST = 2;

  final RefaultControl control = new RefaultControl();
  private final MemMap map;
  private final PhysicalMemory memory;
  private final Lruvec lruvec;
  private final GenerationFlags flags;
  private final FreeList[][] lists = new FreeList[MOST][2];
  private final long[][][] pages;
  private final long[] minSeq = new long[2];
  private long maxSeq = LEAST + 1;

  Generations(PhysicalMemory memory, Lruvec lruvec, GenerationFlags flags) {
    this.memory = memory;
    this.map = memory.map();
    this.lruvec = lruvec;
    this.flags = flags;
    this.pages = new long[MOST][2][lruvec.node().zones().size()];
    for (FreeList[] generation : lists) {
      generation[ANON] = new FreeList(map);
      generation[FILE] = new FreeList(map);
    }
  }

  long maxSeq() {
    return maxSeq;
  }

  long minSeq(int type) {
    return minSeq[type];
  }

  GenerationFlags flags() {
    return flags;
  }

  static int generation(long seq) {
    return (int) (seq % MOST);
  }

  FreeList list(long seq, int type) {
    return lists[generation(seq)][type];
  }

  /** Pages of a generation. */
  long size(long seq, int type) {
    long sum = 0;
    for (long count : pages[generation(seq)][type]) {
      sum += count;
    }
    return sum;
  }

  long size(long seq, int type, int zone) {
    return pages[generation(seq)][type][zone];
  }

  boolean isFull(int type) {
    return maxSeq - minSeq[type] + 1 == MOST;
  }

  static int type(int pageFlags) {
    return (pageFlags & PageState.SWAPBACKED) == 0 ? FILE : ANON;
  }

  int pageFlags(int pfn) {
    return PageState.flags(map.state(pfn));
  }

  /** The list of {@link LruList} that a page of a generation counts for. */
  private LruList countedAs(int generation, int type) {
    boolean active = generation == generation(maxSeq) || generation == generation(maxSeq - 1);
    return type == FILE
        ? active ? LruList.ACTIVE_FILE : LruList.INACTIVE_FILE
        : active ? LruList.ACTIVE_ANON : LruList.INACTIVE_ANON;
  }

  /** {@code lru_gen_folio_seq}: which generation a page comes to. */
  private long seq(int pageFlags, boolean reclaiming) {
    int workingset = (pageFlags & PageState.WORKINGSET) != 0 ? 1 : 0;
    boolean fresh = type(pageFlags) == ANON && (pageFlags & PageState.SWAPCACHE) == 0;
    int fromYoungest;
    if ((pageFlags & PageState.ACTIVE) != 0) {
      fromYoungest = LEAST - workingset;
    } else if (reclaiming) {
      fromYoungest = MOST;
    } else {
      fromYoungest = fresh ? LEAST : MOST - workingset;
    }
    return Math.max(maxSeq - fromYoungest + 1, minSeq[type(pageFlags)]);
  }

  /** Whether a page that is put back as it is would be the next to go. */
  boolean wouldBeOldest(int pfn) {
    int pageFlags = pageFlags(pfn);
    return seq(pageFlags, false) == minSeq[type(pageFlags)];
  }

  /** Adds a page that may be evicted: {@code lru_gen_add_folio}. */
  void add(int pfn, boolean reclaiming) {
    int pageFlags = pageFlags(pfn);
    int generation = generation(seq(pageFlags, reclaiming));
    map.changeFlags(pfn, PageState.ACTIVE, PageState.LRU);
    enter(pfn, generation, type(pageFlags), reclaiming);
  }

  private void enter(int pfn, int generation, int type, boolean atTail) {
    flags.generation(pfn, generation);
    FreeList list = lists[generation][type];
    if (atTail) {
      list.addTail(pfn);
    } else {
      list.addHead(pfn);
    }
    count(pfn, generation, type, 1);
  }

  private void leave(int pfn, int generation, int type) {
    lists[generation][type].remove(pfn);
    count(pfn, generation, type, -1);
  }

  private void count(int pfn, int generation, int type, int sign) {
    int zone = Objects.requireNonNull(memory.zoneOf(pfn)).index();
    int change = sign << PageState.order(map.state(pfn));
    pages[generation][type][zone] += change;
    lruvec.count(countedAs(generation, type), zone, change);
  }

  /** Takes a page off its generation's list: {@code lru_gen_del_folio}. */
  LruList remove(int pfn, boolean reclaiming) {
    int generation = flags.generation(pfn);
    int type = type(pageFlags(pfn));
    LruList was = countedAs(generation, type);
    leave(pfn, generation, type);
    flags.generation(pfn, -1);
    map.changeFlags(pfn, PageState.LRU, !reclaiming && was.isActive() ? PageState.ACTIVE : 0);
    return was;
  }

  /** Moves a page of a list to another generation. */
  private void move(int pfn, long seq, boolean atTail) {
    int type = type(pageFlags(pfn));
    leave(pfn, flags.generation(pfn), type);
    enter(pfn, generation(seq), type, atTail);
  }

  /** The walk found a page used: the first time that is noted, the second time it is promoted. */
  void young(int pfn) {
    int pageFlags = pageFlags(pfn);
    if ((pageFlags & (PageState.REFERENCED | PageState.WORKINGSET)) == 0) {
      noteFirstUse(pfn);
    } else if (flags.generation(pfn) >= 0) {
      flags.clearRefs(pfn);
      map.changeFlags(pfn, PageState.REFERENCED, PageState.WORKINGSET);
      move(pfn, maxSeq, false);
    }
  }

  private void noteFirstUse(int pfn) {
    flags.clearRefs(pfn);
    map.changeFlags(pfn, 0, PageState.REFERENCED);
  }

  /** A page that is to go was found used: {@code lru_gen_set_refs}; true: it becomes active. */
  boolean setRefs(int pfn) {
    lruvec.lock.lock();
    boolean again = noteUse(pfn);
    lruvec.lock.unlock();
    return again;
  }

  private boolean noteUse(int pfn) {
    if ((pageFlags(pfn) & (PageState.REFERENCED | PageState.WORKINGSET)) == 0) {
      noteFirstUse(pfn);
      return false;
    }
    flags.clearRefs(pfn);
    map.changeFlags(pfn, PageState.REFERENCED, PageState.WORKINGSET);
    return true;
  }

  /** A page was used through a descriptor: {@code lru_gen_inc_refs}. */
  void accessed(int pfn) {
    lruvec.lock.lock();
    if ((pageFlags(pfn) & PageState.REFERENCED) == 0) {
      noteFirstUse(pfn);
    } else if (!flags.countRef(pfn)) {
      map.changeFlags(pfn, 0, PageState.WORKINGSET);
    }
    lruvec.lock.unlock();
  }

  /** {@code folio_lru_refs}. */
  int refs(int pfn) {
    return (pageFlags(pfn) & PageState.REFERENCED) == 0 ? 0 : flags.refs(pfn) + 1;
  }

  boolean isWorkingset(int pfn) {
    return (pageFlags(pfn) & PageState.WORKINGSET) != 0;
  }

  /** A page of the oldest generation stays for one more: {@code folio_inc_gen}. */
  void protect(int pfn, boolean counts, boolean atTail) {
    int type = type(pageFlags(pfn));
    int refs = refs(pfn);
    boolean workingset = isWorkingset(pfn);
    if (counts && !isPromotedLater(refs, workingset)) {
      int size = 1 << PageState.order(map.state(pfn));
      control.countProtected(type, RefaultControl.tier(refs, workingset), size);
    }
    flags.clearRefs(pfn);
    map.changeFlags(pfn, PageState.REFERENCED, 0);
    move(pfn, minSeq[type] + 1, atTail);
  }

  /** As many accesses as can be counted, and more: it is not the tiers that keep it. */
  static boolean isPromotedLater(int refs, boolean workingset) {
    return refs + (workingset ? 1 : 0) == (1 << GenerationFlags.REFS_WIDTH) + 1;
  }

  /** The oldest generations that hold nothing are over: {@code try_to_inc_min_seq}. */
  boolean dropEmpty(int swappiness) {
    long[] next = minSeq.clone();
    for (int type = firstType(swappiness); type <= FILE; type++) {
      while (next[type] + LEAST <= maxSeq && list(next[type], type).first() == Pfn.NONE) {
        next[type]++;
      }
    }
    if (swappiness > 0) {
      long seq = maxSeq - LEAST; // one kind does not run ahead of the other
      int ahead =
          next[ANON] > seq && next[FILE] < seq
              ? ANON
              : next[FILE] > seq && next[ANON] < seq ? FILE : -1;
      if (ahead >= 0) {
        next[ahead] = seq;
      }
    }
    boolean any = false;
    for (int type = firstType(swappiness); type <= FILE; type++) {
      if (next[type] > minSeq[type]) {
        control.carryOver(type);
        minSeq[type] = next[type];
        any = true;
      }
    }
    return any;
  }

  /** Memory of processes counts only where there is a place to put it. */
  static int firstType(int swappiness) {
    return swappiness == 0 ? FILE : ANON;
  }

  /** Begins a new generation: {@code inc_max_seq}, {@code inc_min_seq}. */
  void begin(int swappiness) {
    for (int type = ANON; type <= FILE; type++) {
      if (isFull(type)) {
        joinOldest(type, type == FILE || swappiness > 0);
      }
    }
    for (int type = ANON; type <= FILE; type++) {
      int ages = generation(maxSeq - 1); // it was one of the youngest two
      for (int zone = 0; zone < pages[ages][type].length; zone++) {
        long count = pages[ages][type][zone];
        lruvec.count(countedAs(ages, type), zone, -count);
        lruvec.count(type == FILE ? LruList.INACTIVE_FILE : LruList.INACTIVE_ANON, zone, count);
      }
    }
    maxSeq++;
  }

  /** There may be no more generations: the oldest goes to the tail of the second oldest. */
  private void joinOldest(int type, boolean counts) {
    FreeList oldest = list(minSeq[type], type);
    while (oldest.last() != Pfn.NONE) {
      protect(oldest.last(), counts, true);
    }
    control.carryOver(type);
    minSeq[type]++;
  }
}
