package dev.quarry.observe;

import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.Node;
import dev.quarry.physical.PageState;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.space.MapsText;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import java.util.Locale;

/**
 * {@code /proc/PID/numa_maps}: on which node the pages of each area are. Format of {@code
 * show_numa_map}, {@code gather_stats} (fs/proc/task_mmu.c, 6.18).
 *
 * <pre>
 *   7ffff7fef000 default anon=2 dirty=2 active=0 N0=2 kernelpagesize_kB=4
 *   start        policy  what the pages are            on which nodes
 * </pre>
 *
 * <p>Areas have no policy of their own here: {@code default}.
 */
final class NumaMaps {
  private static final int KIB_SHIFT = 10;

  private final MmStruct mm;
  private final PhysicalMemory memory;
  private final long[] onNode;
  private long pages;
  private long anon;
  private long dirty;
  private long active;
  private long writeback;
  private long swapCache;
  private int mapcountMax;

  private NumaMaps(MmStruct mm) {
    this.mm = mm;
    this.memory = mm.spaces().kernel().memory();
    this.onNode = new long[memory.nodes().size()];
  }

  static String text(MmStruct mm) {
    StringBuilder out = new StringBuilder();
    mm.lock();
    try {
      VmAreaStruct areas = mm.spaces().areas();
      for (long vma = mm.firstArea(); vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
        new NumaMaps(mm).area(out, vma);
      }
    } finally {
      mm.unlock();
    }
    return out.toString();
  }

  private void area(StringBuilder out, long vma) {
    VmAreaStruct areas = mm.spaces().areas();
    out.append(String.format(Locale.ROOT, "%08x default", areas.start(vma)));
    String name = MapsText.name(mm, vma);
    if (!areas.isAnonymous(vma)) {
      out.append(" file=").append(MangledPath.of(name, "\n\t= "));
    } else if (!name.isEmpty()) {
      out.append(' ').append(name, 1, name.length() - 1); // without the brackets
    }
    gather(vma);
    if (pages != 0) {
      numbers(out);
    }
    out.append('\n');
  }

  private void gather(long vma) {
    VmAreaStruct areas = mm.spaces().areas();
    TableMemory tables = mm.tables().memory();
    PageTableLayout layout = tables.layout();
    mm.tables()
        .forEachRun(
            areas.start(vma),
            areas.pages(vma),
            (address, slot, entries, level) -> {
              for (int i = 0; i < entries; i++) {
                long entry = tables.entry(slot + ((long) i << layout.entryShift()));
                if (Pte.isPresent(entry) && Pte.isLeaf(entry, level)) {
                  long first = (entry & layout.frameMask()) >>> PageTableLayout.PAGE_SHIFT;
                  for (long frame = 0; frame < layout.pages(level); frame++) {
                    page((int) (first + frame), entry);
                  }
                }
              }
            });
  }

  private void page(int pfn, long entry) {
    MemMap map = memory.map();
    LargeFolios folios = memory.largeFolios();
    boolean part = LargeFolios.isPart(map.state(pfn));
    int flags = PageState.flags(map.state(part ? folios.head(pfn) : pfn));
    Zone zone = memory.zoneOf(pfn);
    if ((flags & PageState.ZERO_PAGE) != 0 || zone == null) {
      return; // nobody's: vm_normal_page
    }
    pages++;
    dirty += (entry & Pte.DIRTY) != 0 || (flags & PageState.DIRTY) != 0 ? 1 : 0;
    anon += (flags & PageState.ANON) != 0 ? 1 : 0;
    active += (flags & (PageState.ACTIVE | PageState.UNEVICTABLE)) != 0 ? 1 : 0;
    writeback += (flags & PageState.WRITEBACK) != 0 ? 1 : 0;
    swapCache += (flags & PageState.SWAPCACHE) != 0 ? 1 : 0;
    mapcountMax = Math.max(mapcountMax, folios.mapcountOf(pfn));
    onNode[zone.node().id()]++;
  }

  private void numbers(StringBuilder out) {
    number(out, "anon", anon, anon != 0);
    number(out, "dirty", dirty, dirty != 0);
    number(out, "mapped", pages, pages != anon && pages != dirty);
    number(out, "mapmax", mapcountMax, mapcountMax > 1);
    number(out, "swapcache", swapCache, swapCache != 0);
    number(out, "active", active, active < pages);
    number(out, "writeback", writeback, writeback != 0);
    for (Node node : memory.nodes()) {
      number(out, "N" + node.id(), onNode[node.id()], onNode[node.id()] != 0);
    }
    number(out, "kernelpagesize_kB", PageTableLayout.PAGE_SIZE >> KIB_SHIFT, true);
  }

  private static void number(StringBuilder out, String name, long value, boolean isShown) {
    if (isShown) {
      out.append(' ').append(name).append('=').append(value);
    }
  }
}
