package dev.quarry.virtual.fault;

import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageState;
import dev.quarry.virtual.HugeTables;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks the equations of huge pages; a part of {@link MappedInvariants}.
 *
 * <pre>
 *   entry:   512 frames of one block of order 9, aligned, wholly in one area of private memory;
 *            writable only if the block is nobody else's
 *   tables:  a PMD table has as many deposited tables as huge entries
 *   space:   the number of huge entries that it knows == those in its tables
 *   block:   large entries, small entries of each frame, frames shown == those in all tables;
 *            references == entries; no owner has fewer entries than the block says
 *   queue:   the blocks that wait are those that are marked; each has a frame that nobody shows
 *   machine: NR_ANON_TRANSPARENT_HUGEPAGES == 512 * blocks that a huge entry shows
 * </pre>
 */
final class HugeInvariants {
  private static final int FRAMES = HugePageSettings.FRAMES;

  /** What the tables show of a block. */
  private static final class Block {
    int large;
    final int[] small = new int[FRAMES];
    final Map<Integer, Integer> owners = new HashMap<>();
  }

  private final UserPages pages;
  private final VmAreaStruct areas;
  private final MemMap map;
  private final LargeFolios folios;
  private final List<String> findings = new ArrayList<>();
  private final Map<Integer, Block> blocks = new TreeMap<>();

  HugeInvariants(UserPages pages) {
    this.pages = pages;
    this.areas = pages.spaces().areas();
    this.map = pages.spaces().kernel().memory().map();
    this.folios = pages.spaces().kernel().memory().largeFolios();
  }

  private void expect(boolean holds, String finding, Object... values) {
    if (!holds) {
      findings.add(String.format(Locale.ROOT, finding, values));
    }
  }

  /** Looks at a small entry that shows a frame; whether that is part of a block. */
  boolean small(MmStruct mm, int pfn) {
    if (!LargeFolios.isPart(map.state(pfn))) {
      return false;
    }
    int head = folios.head(pfn);
    Block block = blocks.computeIfAbsent(head, key -> new Block());
    block.small[pfn - head]++;
    block.owners.merge(mm.huge().owner(), 1, Integer::sum);
    return true;
  }

  /** Looks at a huge entry; how many private pages of the address space it shows. */
  int huge(MmStruct mm, long address, long entry) {
    PageTableLayout layout = mm.tables().layout();
    int head = (int) ((entry & layout.frameMask()) >>> PageTableLayout.PAGE_SHIFT);
    long state = map.state(head);
    int flags = PageState.flags(state);
    boolean block = PageState.order(state) == HugePageSettings.ORDER;
    expect(block && (flags & PageState.HEAD) != 0, "%x: frame %d heads no block", address, head);
    boolean aligned = ((address | (long) head << 12) & HugePageSettings.BYTES - 1) == 0;
    expect(aligned, "%x: a huge entry shows frame %d", address, head);
    long vma = mm.lookup(address);
    boolean inside = vma != VmAreaStruct.NONE && areas.end(vma) - address >= HugePageSettings.BYTES;
    expect(inside && areas.isAnonymous(vma), "%x: the area does not hold a huge page", address);
    boolean writable = (entry & Pte.RW) != 0;
    if ((flags & PageState.ZERO_PAGE) != 0) {
      expect(!writable, "%x: the huge page of zeros can be written", address);
      expect(mm.huge().hasZeroPage(), "%x: zeros that the space does not hold", address);
      return 0;
    }
    boolean own = (flags & PageState.ANON_EXCLUSIVE) != 0;
    expect(!writable || own, "%x: huge page %d can be written, is not its own", address, head);
    expect(!own || folios.mapcount(head) == 1, "huge page %d is own and shared", head);
    int index = inside ? (int) areas.pgoffAt(vma, address) : 0;
    expect(map.index(head) == index, "%x: huge page %d has index %d", address, head, index);
    Block shown = blocks.computeIfAbsent(head, key -> new Block());
    shown.large++;
    shown.owners.merge(mm.huge().owner(), 1, Integer::sum);
    return FRAMES;
  }

  /** Checks an address space's numbers when all its entries were looked at. */
  void space(MmStruct mm, Map<Long, Integer> entriesOfTable) {
    long entries = entriesOfTable.values().stream().mapToInt(n -> n).sum();
    long counted = mm.huge().entries();
    expect(counted == entries, "%s counts %d huge entries, has %d", mm, counted, entries);
    entriesOfTable.forEach((table, count) -> {
      int kept = HugeTables.deposits(map, table);
      expect(kept == count, "the table at %x has %d huge entries, keeps %d", table, count, kept);
    });
  }

  /** Checks all blocks; returns how many of their frames some entry shows. */
  long blocks() {
    long shown = 0;
    long mapped = 0;
    int waiting = 0;
    for (Map.Entry<Integer, Block> entry : blocks.entrySet()) {
      int head = entry.getKey();
      Block block = entry.getValue();
      int frames = block(head, block);
      shown += block.large > 0 ? FRAMES : frames;
      mapped += block.large > 0 ? FRAMES : 0;
      waiting += folios.isDeferred(head) ? 1 : 0;
      boolean partly = block.large == 0 && frames < FRAMES;
      expect(!partly || folios.isDeferred(head), "block %d is mapped in part, waits not", head);
    }
    int queued = pages.deferredBlocks().size();
    expect(queued == waiting, "%d blocks wait to be split, %d are marked", queued, waiting);
    long huge = pages.counted(NodeStat.NR_ANON_TRANSPARENT_HUGEPAGES);
    expect(huge == mapped, "NR_ANON_TRANSPARENT_HUGEPAGES is %d, not %d", huge, mapped);
    return shown;
  }

  private int block(int head, Block block) {
    int all = block.large;
    int frames = 0;
    for (int i = 0; i < FRAMES; i++) {
      all += block.small[i];
      frames += block.small[i] > 0 ? 1 : 0;
      int mapcount = map.mapcount(head + i);
      expect(mapcount == block.small[i], "frame %d: mapcount %d", head + i, mapcount);
      boolean anon = (PageState.flags(map.state(head + i)) & PageState.ANON) != 0;
      boolean should = i == 0 || block.small[i] > 0;
      expect(anon == should, "frame %d of a block: state %x", head + i, map.state(head + i));
    }
    expect(folios.entireMapcount(head) == block.large, "block %d: %d large", head, block.large);
    expect(folios.mapcount(head) == all, "block %d: %d entries", head, all);
    expect(folios.framesMapped(head) == frames, "block %d: %d frames", head, frames);
    int references = PageState.refcount(map.state(head));
    expect(references >= all, "block %d: %d references, %d entries", head, references, all);
    block.owners.forEach((owner, entries) ->
        expect(
            folios.entriesOf(head, owner) <= entries,
            "block %d: owner %d has %d entries",
            head,
            owner,
            entries));
    return frames;
  }

  List<String> findings() {
    return findings;
  }
}
