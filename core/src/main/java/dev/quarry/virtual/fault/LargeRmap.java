package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.cache.NodeCounts;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.RssKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who maps the frames of a huge page, by one entry or by small ones: {@code __folio_add_rmap},
 * {@code __folio_remove_rmap}, {@code deferred_split_folio} (mm/rmap.c, mm/huge_memory.c, 6.18).
 *
 * <pre>
 *   huge entry      1 reference, 1 large entry           zapped: all 512 frames go at once
 *   split entry     512 references, 512 small entries    each can go alone; the block stays
 *   deferred        some frames nobody maps any more     split when memory is wanted: these go
 *   split block     512 pages like any other
 * </pre>
 *
 * <p>Equations: NR_ANON_PAGES counts frames that some entry shows; NR_ANON_TRANSPARENT_HUGEPAGES
 * the frames of blocks that a huge entry shows.
 */
final class LargeRmap {
  private static final int FRAMES = HugePageSettings.FRAMES;
  private static final int NEW_HUGE =
      PageState.ANON
          | PageState.SWAPBACKED
          | PageState.UPTODATE
          | PageState.ANON_EXCLUSIVE
          | PageState.THP;

  private final PhysicalMemory memory;
  private final MemMap map;
  private final LargeFolios folios;
  private final NodeCounts counts;

  /** Blocks that wait to be split, the longest waiting first: {@code deferred_split_queue}. */
  private final Set<Integer> deferred = new LinkedHashSet<>();

  LargeRmap(PhysicalMemory memory, NodeCounts counts) {
    this.memory = memory;
    this.map = memory.map();
    this.folios = memory.largeFolios();
    this.counts = counts;
  }

  /** Makes a fresh block one that a huge entry shows: {@code folio_add_new_anon_rmap}. */
  void newHuge(MmStruct mm, int handle, int index, int head) {
    folios.init(head, NEW_HUGE, handle, index);
    folios.lock.lock();
    folios.addEntire(head, 1, mm.huge().owner());
    folios.lock.unlock();
    counts.add(head, NodeStat.NR_ANON_PAGES, FRAMES);
    counts.add(head, NodeStat.NR_ANON_TRANSPARENT_HUGEPAGES, FRAMES);
    mm.addRss(RssKind.ANON, FRAMES);
  }

  /** A child has the huge entry too, with a reference: {@code folio_try_dup_anon_rmap_pmd}. */
  void dupHuge(MmStruct child, int head) {
    folios.lock.lock();
    folios.addEntire(head, 1, child.huge().owner());
    map.changeFlags(head, PageState.ANON_EXCLUSIVE, 0);
    folios.addReferences(head, 1);
    folios.lock.unlock();
    child.addRss(RssKind.ANON, FRAMES);
  }

  /** A huge entry less shows a block. The reference is the caller's. */
  void removeHuge(Cpu cpu, MmStruct mm, int head) {
    mm.addRss(RssKind.ANON, -FRAMES);
    folios.lock.lock();
    if (folios.addEntire(head, -1, mm.huge().owner()) == 0) {
      int small = folios.framesMapped(head);
      counts.add(head, NodeStat.NR_ANON_TRANSPARENT_HUGEPAGES, -FRAMES);
      counts.add(head, NodeStat.NR_ANON_PAGES, small - FRAMES);
      settle(cpu, head, small > 0 && small < FRAMES);
    }
    folios.lock.unlock();
  }

  /** A huge entry becomes 512 small ones, each with a reference. */
  void splitEntry(MmStruct mm, int head) {
    folios.lock.lock();
    if (folios.entireToSmall(head, FRAMES, mm.huge().owner()) == 0) {
      counts.add(head, NodeStat.NR_ANON_TRANSPARENT_HUGEPAGES, -FRAMES);
    }
    folios.addReferences(head, FRAMES - 1);
    folios.lock.unlock();
  }

  /**
   * A child has a small entry too, with a reference.
   *
   * @return false: the frame is no part of a block any more
   */
  boolean dupSmall(MmStruct child, int pfn) {
    folios.lock.lock();
    try {
      if (!LargeFolios.isPart(map.state(pfn))) {
        return false;
      }
      int head = folios.head(pfn);
      folios.addSmall(head, pfn, 1, child.huge().owner());
      map.changeFlags(pfn, PageState.ANON_EXCLUSIVE, 0);
      folios.addReferences(head, 1);
      return true;
    } finally {
      folios.lock.unlock();
    }
  }

  /**
   * A small entry less shows a frame of a block.
   *
   * @return the head, whose reference is the caller's; or none if the frame is no part any more
   */
  int removeSmall(Cpu cpu, MmStruct mm, int pfn) {
    folios.lock.lock();
    try {
      if (!LargeFolios.isPart(map.state(pfn))) {
        return Pfn.NONE;
      }
      int head = folios.head(pfn);
      int left = folios.addSmall(head, pfn, -1, mm.huge().owner());
      boolean gone = left == 0 && folios.entireMapcount(head) == 0;
      if (gone) {
        counts.add(head, NodeStat.NR_ANON_PAGES, -1);
      }
      settle(cpu, head, gone && folios.framesMapped(head) > 0);
      mm.addRss(RssKind.ANON, -1);
      return head;
    } finally {
      folios.lock.unlock();
    }
  }

  private void settle(Cpu cpu, int head, boolean isPartlyMapped) {
    if (folios.mapcount(head) == 0) {
      map.mapping(head, 0);
      deferred.remove(head);
      folios.deferred(head, false);
    } else if (isPartlyMapped && !folios.isDeferred(head)) {
      deferred.add(head);
      folios.deferred(head, true);
      memory.events().count(cpu.id(), VmEvent.THP_DEFERRED_SPLIT_PAGE, 1);
    }
  }

  /** Whether a frame's block, whole or in parts, is an address space's and nobody else's. */
  boolean isAlone(MmStruct mm, int pfn) {
    folios.lock.lock();
    try {
      if (!LargeFolios.isPart(map.state(pfn))) {
        return map.mapcount(pfn) == 1;
      }
      int head = folios.head(pfn);
      int entries = folios.mapcount(head);
      return folios.isMappedByOnly(head, mm.huge().owner())
          && PageState.refcount(map.state(head)) == entries;
    } finally {
      folios.lock.unlock();
    }
  }

  /**
   * Makes 512 pages of a block that only small entries show: {@code split_folio}.
   *
   * @return the frames that nobody maps, which are the caller's to free; null if somebody else
   *     holds the block
   */
  int @Nullable [] split(Cpu cpu, int head) {
    folios.lock.lock();
    try {
      if (!folios.split(head, HugePageSettings.ORDER)) {
        memory.events().count(cpu.id(), VmEvent.THP_SPLIT_PAGE_FAILED, 1);
        return null;
      }
      deferred.remove(head);
      memory.events().count(cpu.id(), VmEvent.THP_SPLIT_PAGE, 1);
      int[] unmapped = new int[FRAMES];
      int count = 0;
      for (int pfn = head; pfn < head + FRAMES; pfn++) {
        if (map.mapcount(pfn) == 0) {
          unmapped[count++] = pfn;
        }
      }
      return Arrays.copyOf(unmapped, count);
    } finally {
      folios.lock.unlock();
    }
  }

  /** The blocks that wait to be split, the longest waiting first. */
  List<Integer> deferred() {
    folios.lock.lock();
    List<Integer> all = new ArrayList<>(deferred);
    folios.lock.unlock();
    return all;
  }
}
