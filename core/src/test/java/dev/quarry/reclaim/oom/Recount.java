package dev.quarry.reclaim.oom;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.observe.PageWords;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Zone;
import dev.quarry.virtual.PteState;
import dev.quarry.virtual.space.VmAreaStruct;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The figures of a report, counted anew from what they are about: frames by their descriptors,
 * processes page by page through their tables. Under the names of the report, each zone's with its
 * label before it, in pages.
 */
final class Recount {
  private static final long PAGE = 4096;

  private final Machine machine;
  private final PageWords flags;
  private final Map<String, Long> figures = new LinkedHashMap<>();

  private Recount(Machine machine) {
    this.machine = machine;
    this.flags = machine.files().words("/proc/kpageflags").orElseThrow();
  }

  /** Figures of frames: {@code free}, {@code active_anon}, {@code DMA free} and so on. */
  static Map<String, Long> frames(Machine machine) {
    Recount recount = new Recount(machine);
    for (Zone zone : machine.memory().zones()) {
      if (zone.isPopulated()) {
        recount.zone(zone);
      }
    }
    return recount.figures;
  }

  private void zone(Zone zone) {
    for (int i = 0; i < zone.presentRanges().count(); i++) {
      for (int pfn = zone.presentRanges().start(i); pfn < zone.presentRanges().end(i); pfn++) {
        frame(zone, pfn);
      }
    }
  }

  private void frame(Zone zone, int pfn) {
    FrameKind kind = machine.memory().kindOf(pfn);
    long bits = flags.word(pfn);
    count(zone, "present");
    if (kind == FrameKind.FREE) {
      count(zone, "free");
    } else if (kind == FrameKind.PER_CPU) {
      count(zone, "free_pcp");
    } else if (kind == FrameKind.ALLOCATED) {
      allocated(zone, bits);
    }
  }

  private void allocated(Zone zone, long bits) {
    boolean anon = (bits & PageState.SWAPBACKED) != 0;
    if ((bits & PageState.UNEVICTABLE) != 0) {
      count(zone, "unevictable");
    } else if ((bits & PageState.LRU) != 0) {
      String side = (bits & PageState.ACTIVE) != 0 ? "active_" : "inactive_";
      count(zone, side + (anon ? "anon" : "file"));
    }
    if ((bits & PageState.SLAB) != 0) {
      count(zone, "slab_unreclaimable");
    }
    if ((bits & PageState.PGTABLE) != 0) {
      count(zone, "pagetables");
    }
    if ((bits & PageState.SWAPCACHE) != 0) {
      count(zone, "swap cache");
    }
  }

  private void count(Zone zone, String what) {
    figures.merge(what, 1L, Long::sum);
    figures.merge(zone.label() + " " + what, 1L, Long::sum);
  }

  /** A row of the table of processes: total_vm, rss, anon, file, shmem, bytes of tables, swap. */
  static List<Long> row(Machine machine, Process process) {
    long[] kinds = new long[4];
    long total = 0;
    VmAreaStruct areas = process.mm().spaces().areas();
    PageWords words = machine.files().words("/proc/kpageflags").orElseThrow();
    for (long vma = process.mm().firstArea(); vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
      total += areas.pages(vma);
      for (long at = areas.start(vma); at != areas.end(vma); at += PAGE) {
        switch (process.mm().tables().state(at)) {
          case PteState.Present there -> count(machine, words, (int) there.frame(), kinds);
          case PteState.Swapped _ -> kinds[3]++;
          default -> {
            // nothing there
          }
        }
      }
    }
    long tables = process.mm().tables().tablesBelow(process.mm().spaces().userEnd() >>> 12);
    List<Long> row = new ArrayList<>(List.of(total, kinds[0] + kinds[1] + kinds[2]));
    row.addAll(List.of(kinds[0], kinds[1], kinds[2], tables * PAGE, kinds[3]));
    return row;
  }

  private static void count(Machine machine, PageWords words, int pfn, long[] kinds) {
    if (pfn != machine.processes().pages().zeroPfn()) {
      long bits = words.word(pfn);
      boolean anon = (bits & PageState.ANON) != 0;
      kinds[anon ? 0 : (bits & PageState.SWAPBACKED) != 0 ? 2 : 1]++;
    }
  }
}
