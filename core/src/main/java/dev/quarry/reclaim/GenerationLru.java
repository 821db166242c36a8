package dev.quarry.reclaim;

import dev.quarry.physical.FreeList;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.Node;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.fault.YoungEntries;
import java.util.Objects;

/**
 * Multi-generation LRU: {@code lru_gen_shrink_lruvec}, {@code evict_folios}, {@code scan_folios},
 * {@code sort_folio}, {@code try_to_inc_max_seq} (mm/vmscan.c, 6.18).
 *
 * <pre>
 *   aging      too few generations ─► walk all page tables: used pages to the youngest one
 *                                 ─► a new generation begins, all others are one older
 *   eviction   the oldest generation's tail, of the kind with fewer refaults
 *                ─► a higher tier, which comes back often? one generation younger
 *                ─► {@link ShrinkPages}
 * </pre>
 */
final class GenerationLru implements LruPolicy {
  /** MAX_LRU_BATCH. */
  private static final int MOST_SCANNED = Long.SIZE * 64;

  private final PhysicalMemory memory;
  private final MemMap map;
  private final Lruvecs lruvecs;
  private final LruBatches batches;
  private final ShrinkPages pages;
  private final Swap swap;
  private final YoungEntries entries;

  /** Whether page tables are walked; else only reverse mapping tells what was used. */
  private volatile boolean walks = true;

  GenerationLru(
      PhysicalMemory memory,
      Lruvecs lruvecs,
      LruBatches batches,
      ShrinkPages pages,
      Swap swap,
      YoungEntries entries) {
    this.memory = memory;
    this.map = memory.map();
    this.lruvecs = lruvecs;
    this.batches = batches;
    this.pages = pages;
    this.swap = swap;
    this.entries = entries;
  }

  boolean walks() {
    return walks;
  }

  void walks(boolean does) {
    walks = does;
  }

  private static Generations of(Lruvec lruvec) {
    return Objects.requireNonNull(lruvec.generations());
  }

  /**
   * Generations age when pages are needed, not before: {@code lru_gen_age_node} with no min_ttl.
   */
  @Override
  public void age(Lruvec lruvec, ScanControl scan) {
    setPriority(lruvec.node(), scan);
  }

  /** {@code set_initial_priority}: begins where about as many pages would go as are wanted. */
  private void setPriority(Node node, ScanControl scan) {
    boolean begins = !scan.scope.isGroup() && scan.priority == ScanControl.FIRST_PRIORITY;
    if (!begins || scan.toReclaim < RefaultControl.FEW) {
      return;
    }
    long reclaimable = node.stat(LruList.INACTIVE_FILE.nodeStat());
    reclaimable += swap.hasRoom() ? node.stat(LruList.INACTIVE_ANON.nodeStat()) : 0;
    int priority = bits(reclaimable) - 1 - bits(scan.toReclaim - 1);
    scan.priority =
        Math.clamp(priority, ScanControl.FIRST_PRIORITY / 2, ScanControl.FIRST_PRIORITY);
  }

  private static int bits(long value) {
    return Long.SIZE - Long.numberOfLeadingZeros(value);
  }

  private int swappiness(Lruvec lruvec, ScanControl scan) {
    return scan.maySwap && swap.hasRoom(lruvec.group()) ? scan.scope.swappiness() : 0;
  }

  @Override
  public void shrink(Lruvec lruvec, ScanControl scan) {
    batches.drain(scan.cpu);
    setPriority(lruvec.node(), scan);
    scan.filesTaken = 0;
    scan.unqueued = 0;
    evictAll(lruvec, scan);
    if (scan.unqueued > 0 && scan.unqueued == scan.filesTaken) {
      batches.wakeFlusher();
    }
  }

  private void evictAll(Lruvec lruvec, ScanControl scan) {
    int swappiness = swappiness(lruvec, scan);
    long before = scan.reclaimed;
    long scanned = 0;
    while (true) {
      long wanted = toScan(lruvec, scan, swappiness);
      if (wanted <= 0) {
        return;
      }
      long went = evict(lruvec, scan, swappiness, (int) Math.min(wanted, MOST_SCANNED));
      scanned += went;
      boolean enough = !scan.scope.isGroup() && scan.reclaimed - before >= scan.toReclaim;
      if (went == 0 || scanned >= wanted || enough) {
        return;
      }
    }
  }

  /** {@code get_nr_to_scan}, {@code should_run_aging}. */
  private long toScan(Lruvec lruvec, ScanControl scan, int swappiness) {
    Generations generations = of(lruvec);
    lruvec.lock.lock();
    long oldest = generations.minSeq(Generations.FILE);
    oldest = swappiness == 0 ? oldest : Math.min(oldest, generations.minSeq(Generations.ANON));
    long maxSeq = generations.maxSeq();
    long size = 0;
    for (int type = Generations.firstType(swappiness); type <= Generations.FILE; type++) {
      for (long seq = generations.minSeq(type); seq <= maxSeq; seq++) {
        size += generations.size(seq, type);
      }
    }
    lruvec.lock.unlock();
    boolean impossible = oldest + Generations.LEAST > maxSeq;
    boolean better = oldest + Generations.LEAST == maxSeq;
    if (!impossible && (!better || scan.priority == ScanControl.FIRST_PRIORITY)) {
      return ScanCounts.unprotected(lruvec, scan, size) >> scan.priority;
    }
    if (impossible && scan.priority == ScanControl.FIRST_PRIORITY) {
      return 0;
    }
    begin(lruvec, maxSeq, swappiness);
    return 0;
  }

  /** Ages all pages: {@code try_to_inc_max_seq}. */
  void begin(Lruvec lruvec, long seq, int swappiness) {
    Generations generations = of(lruvec);
    if (walks) {
      entries.walkAll(
          pfn -> isOn(lruvec, generations, pfn), pfn -> young(lruvec, generations, pfn));
    }
    lruvec.lock.lock();
    if (generations.maxSeq() == seq) {
      generations.begin(swappiness);
    }
    lruvec.lock.unlock();
  }

  private boolean isOn(Lruvec lruvec, Generations generations, int pfn) {
    return generations.flags().generation(pfn) >= 0 && lruvecs.of(pfn) == lruvec;
  }

  private void young(Lruvec lruvec, Generations generations, int pfn) {
    lruvec.lock.lock();
    if (isOn(lruvec, generations, pfn)) {
      generations.young(pfn);
    }
    lruvec.lock.unlock();
  }

  /** {@code evict_folios}; how many pages were looked at. */
  long evict(Lruvec lruvec, ScanControl scan, int swappiness, int wanted) {
    Generations generations = of(lruvec);
    PageBatch taken = new PageBatch(RefaultControl.FEW);
    lruvec.lock.lock();
    int type = generations.control.typeToEvict(swappiness);
    long scanned = scan(lruvec, scan, type, wanted, taken);
    if (scanned == 0 && swappiness > 0) {
      type = 1 - type;
      scanned = scan(lruvec, scan, type, wanted, taken);
    }
    scanned += generations.dropEmpty(swappiness) ? 1 : 0;
    lruvec.countIsolated(type == Generations.FILE, taken.size());
    lruvec.lock.unlock();
    if (taken.size() > 0) {
      shrink(lruvec, scan, type == Generations.FILE, taken);
    }
    return scanned;
  }

  private void shrink(Lruvec lruvec, ScanControl scan, boolean file, PageBatch taken) {
    Generations generations = of(lruvec);
    int before = taken.size();
    ShrinkPages.Result result = pages.shrink(taken, scan);
    scan.scanned += before;
    scan.filesTaken += file ? before : 0;
    scan.unqueued += result.unqueued();
    scan.reclaimed += result.reclaimed();
    lruvec.lock.lock();
    lruvec.countIsolated(file, -before);
    for (int i = 0; i < taken.size(); i++) {
      int pfn = taken.pfn(i);
      boolean evictable = (map.state(pfn) & PageState.UNEVICTABLE) == 0;
      if (evictable && generations.wouldBeOldest(pfn)) { // it was just refused
        generations.flags().clearRefs(pfn);
        map.changeFlags(pfn, PageState.REFERENCED, PageState.ACTIVE);
      }
    }
    lruvec.lock.unlock();
    batches.putBack(scan.cpu, taken);
    count(lruvec, scan, ClassicLru.steal(scan), result.reclaimed());
    count(lruvec, scan, file ? VmEvent.PGSTEAL_FILE : VmEvent.PGSTEAL_ANON, result.reclaimed());
  }

  /** {@code scan_folios}: goes over the oldest generation of a kind. */
  private long scan(Lruvec lruvec, ScanControl scan, int type, int wanted, PageBatch taken) {
    Generations generations = of(lruvec);
    long seq = generations.minSeq(type);
    if (generations.maxSeq() - seq + 1 == Generations.LEAST) {
      return 0;
    }
    int tier = generations.control.tierToEvict(type);
    FreeList list = generations.list(seq, type);
    PageBatch skipped = new PageBatch(RefaultControl.FEW);
    int remaining = wanted;
    int sorted = 0;
    while (remaining > 0
        && list.last() != Pfn.NONE
        && taken.size() < RefaultControl.FEW
        && skipped.size() < RefaultControl.FEW) {
      int pfn = list.last();
      remaining--;
      if (sort(generations, scan, pfn, tier)) {
        sorted++;
      } else if (isolate(lruvec, generations, scan, pfn)) {
        taken.add(pfn);
      } else {
        skipped.add(pfn);
      }
    }
    for (int i = skipped.size() - 1; i >= 0; i--) {
      generations.add(skipped.pfn(i), true);
    }
    count(lruvec, scan, VmEvent.PGREFILL, sorted);
    count(lruvec, scan, ClassicLru.scan(scan), taken.size());
    count(
        lruvec,
        scan,
        type == Generations.FILE ? VmEvent.PGSCAN_FILE : VmEvent.PGSCAN_ANON,
        taken.size());
    return taken.size() > 0 || remaining == 0 ? wanted - remaining : 0;
  }

  /** {@code sort_folio}: whether a page stays without being asked. */
  private boolean sort(Generations generations, ScanControl scan, int pfn, int tier) {
    int refs = generations.refs(pfn);
    boolean workingset = generations.isWorkingset(pfn);
    boolean higher = RefaultControl.tier(refs, workingset) > tier;
    if (higher || Generations.isPromotedLater(refs, workingset)) {
      generations.protect(pfn, true, false);
      return true;
    }
    if (Objects.requireNonNull(memory.zoneOf(pfn)).index() > scan.highestZone) {
      generations.protect(pfn, false, true);
      return true;
    }
    return false;
  }

  /** {@code isolate_folio}; false: it is off its list, and to be put back. */
  private boolean isolate(Lruvec lruvec, Generations generations, ScanControl scan, int pfn) {
    int flags = generations.pageFlags(pfn);
    boolean needsIo =
        (flags & PageState.DIRTY) != 0
            || (flags & (PageState.ANON | PageState.SWAPCACHE)) == PageState.ANON;
    boolean may = scan.mayDoIo() || !needsIo;
    boolean got = may && map.tryReference(pfn, 0);
    if ((flags & PageState.REFERENCED) == 0) {
      generations.flags().clearRefs(pfn);
    }
    lruvec.removeReclaiming(pfn);
    return got;
  }

  private void count(Lruvec lruvec, ScanControl scan, VmEvent event, long pages) {
    memory.events().count(scan.cpu.id(), event, pages);
    lruvec.group().count(event, pages);
  }
}
