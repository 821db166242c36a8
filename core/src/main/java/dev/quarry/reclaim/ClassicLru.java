package dev.quarry.reclaim;

import dev.quarry.physical.FreeList;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.fault.ReverseMap;
import java.util.Objects;

/**
 * Active and inactive lists with a second chance: {@code shrink_lruvec}, {@code
 * shrink_active_list}, {@code shrink_inactive_list}, {@code isolate_lru_folios} (mm/vmscan.c,
 * 6.18).
 *
 * <pre>
 *   active tail ── 32 pages ─► accessed bits cleared ─► inactive head
 *   inactive tail ─ 32 pages ─► {@link ShrinkPages} ─┬─► freed
 *                                                   ├─► active head      used again
 *                                                   └─► inactive head    a second chance
 * </pre>
 */
final class ClassicLru implements LruPolicy {
  private final PhysicalMemory memory;
  private final MemMap map;
  private final LruBatches batches;
  private final ShrinkPages pages;
  private final ReverseMap rmap;
  private final Swap swap;

  ClassicLru(
      PhysicalMemory memory, LruBatches batches, ShrinkPages pages, ReverseMap rmap, Swap swap) {
    this.memory = memory;
    this.map = memory.map();
    this.batches = batches;
    this.pages = pages;
    this.rmap = rmap;
    this.swap = swap;
  }

  @Override
  public void shrink(Lruvec lruvec, ScanControl scan) {
    long[] left = ScanCounts.of(lruvec, scan, swap.hasRoom(lruvec.group()));
    long[] targets = left.clone();
    boolean proportional =
        !scan.scope.isGroup() && !scan.kswapd && scan.priority == ScanControl.FIRST_PRIORITY;
    long reclaimed = 0;
    while (left[LruList.INACTIVE_ANON.ordinal()] != 0
        || left[LruList.ACTIVE_FILE.ordinal()] != 0
        || left[LruList.INACTIVE_FILE.ordinal()] != 0) {
      for (LruList list : LruList.EVICTABLE) {
        long count = Math.min(left[list.ordinal()], ScanControl.CLUSTER);
        if (count != 0) {
          left[list.ordinal()] -= count;
          reclaimed += shrinkList(list, lruvec, scan, (int) count);
        }
      }
      if (reclaimed < scan.toReclaim || proportional) {
        continue;
      }
      if (!levelOut(left, targets)) {
        break;
      }
      proportional = true; // the rest is gone over to its end
    }
    scan.reclaimed += reclaimed;
    age(lruvec, scan);
  }

  /**
   * Enough was reclaimed: the kind of which more is left is left alone, the other is gone over as
   * far as that one was.
   *
   * @return false if nothing is left of one of both
   */
  private static boolean levelOut(long[] left, long[] targets) {
    int inactiveAnon = LruList.INACTIVE_ANON.ordinal();
    int inactiveFile = LruList.INACTIVE_FILE.ordinal();
    long anon = left[inactiveAnon] + left[inactiveAnon + 1];
    long file = left[inactiveFile] + left[inactiveFile + 1];
    if (anon == 0 || file == 0) {
      return false;
    }
    boolean stopAnon = file > anon;
    int stop = stopAnon ? inactiveAnon : inactiveFile;
    int go = stopAnon ? inactiveFile : inactiveAnon;
    long percent = (stopAnon ? anon : file) * 100 / (targets[stop] + targets[stop + 1] + 1);
    left[stop] = 0;
    left[stop + 1] = 0;
    for (int list = go; list <= go + 1; list++) {
      long scanned = targets[list] - left[list];
      long wanted = targets[list] * (100 - percent) / 100;
      left[list] = wanted - Math.min(wanted, scanned);
    }
    return true;
  }

  @Override
  public void age(Lruvec lruvec, ScanControl scan) {
    if (swap.areas().totalPages() > 0 && lruvec.isInactiveLow(false)) {
      shrinkActive(LruList.ACTIVE_ANON, lruvec, scan, ScanControl.CLUSTER);
    }
  }

  private long shrinkList(LruList list, Lruvec lruvec, ScanControl scan, int count) {
    if (!list.isActive()) {
      return shrinkInactive(list, lruvec, scan, count);
    }
    if (list.isFile() ? scan.deactivateFile : scan.deactivateAnon) {
      shrinkActive(list, lruvec, scan, count);
    } else {
      scan.skippedDeactivate = true;
    }
    return 0;
  }

  /** Takes pages off a list's tail, with a reference each. */
  private PageBatch isolate(LruList list, Lruvec lruvec, ScanControl scan, int count) {
    PageBatch taken = new PageBatch(count);
    FreeList from = lruvec.list(list);
    PageBatch skipped = new PageBatch(count);
    while (taken.size() < count && from.last() != Pfn.NONE && skipped.size() < count) {
      int pfn = from.last();
      boolean tooHigh = Objects.requireNonNull(memory.zoneOf(pfn)).index() > scan.highestZone;
      boolean got = !tooHigh && map.tryReference(pfn, 0);
      lruvec.remove(pfn);
      if (got) {
        taken.add(pfn);
      } else {
        skipped.add(pfn);
      }
    }
    for (int i = 0; i < skipped.size(); i++) {
      lruvec.add(skipped.pfn(i)); // of a higher zone, or just being freed
    }
    return taken;
  }

  long shrinkInactive(LruList list, Lruvec lruvec, ScanControl scan, int count) {
    boolean file = list.isFile();
    batches.drain(scan.cpu);
    lruvec.lock.lock();
    PageBatch taken = isolate(list, lruvec, scan, count);
    lruvec.countIsolated(file, taken.size());
    lruvec.lock.unlock();
    count(lruvec, scan, scan(scan), taken.size());
    count(lruvec, scan, file ? VmEvent.PGSCAN_FILE : VmEvent.PGSCAN_ANON, taken.size());
    scan.scanned += taken.size();
    if (taken.size() == 0) {
      return 0;
    }
    int before = taken.size();
    ShrinkPages.Result result = pages.shrink(taken, scan);
    lruvec.lock.lock();
    lruvec.countIsolated(file, -before);
    lruvec.noteCost(file, result.written(), before - result.reclaimed());
    lruvec.lock.unlock();
    putBack(taken, scan);
    count(lruvec, scan, steal(scan), result.reclaimed());
    count(lruvec, scan, file ? VmEvent.PGSTEAL_FILE : VmEvent.PGSTEAL_ANON, result.reclaimed());
    if (file && result.unqueued() == before) {
      batches.wakeFlusher();
    }
    return result.reclaimed();
  }

  void shrinkActive(LruList list, Lruvec lruvec, ScanControl scan, int count) {
    batches.drain(scan.cpu);
    lruvec.lock.lock();
    PageBatch taken = isolate(list, lruvec, scan, count);
    lruvec.countIsolated(list.isFile(), taken.size());
    lruvec.lock.unlock();
    count(lruvec, scan, VmEvent.PGREFILL, taken.size());
    int deactivated = 0;
    for (int i = 0; i < taken.size(); i++) {
      int pfn = taken.pfn(i);
      ReverseMap.Use use = rmap.referenced(pfn);
      if (use.isLocked()) {
        batches.lock(scan.cpu, pfn);
      } else if (use.entries() == 0 || !use.isExecutable() || !list.isFile()) {
        map.changeFlags(pfn, PageState.ACTIVE, PageState.WORKINGSET);
        deactivated++;
      }
    }
    count(lruvec, scan, VmEvent.PGDEACTIVATE, deactivated);
    int rotated = taken.size() - deactivated;
    lruvec.lock.lock();
    lruvec.countIsolated(list.isFile(), -taken.size());
    lruvec.noteCost(list.isFile(), 0, rotated);
    lruvec.lock.unlock();
    putBack(taken, scan);
  }

  private void putBack(PageBatch taken, ScanControl scan) {
    batches.putBack(scan.cpu, taken);
  }

  static VmEvent scan(ScanControl scan) {
    return scan.of(VmEvent.PGSCAN_KSWAPD, VmEvent.PGSCAN_DIRECT, VmEvent.PGSCAN_PROACTIVE);
  }

  static VmEvent steal(ScanControl scan) {
    return scan.of(VmEvent.PGSTEAL_KSWAPD, VmEvent.PGSTEAL_DIRECT, VmEvent.PGSTEAL_PROACTIVE);
  }

  private void count(Lruvec lruvec, ScanControl scan, VmEvent event, long pages) {
    memory.events().count(scan.cpu.id(), event, pages);
    lruvec.group().count(event, pages);
  }
}
