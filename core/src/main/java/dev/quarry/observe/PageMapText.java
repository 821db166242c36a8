package dev.quarry.observe;

import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;
import java.util.Locale;

/**
 * {@code /proc/PID/pagemap} as text, since it has a word for each of 2^35 pages: the pages of
 * areas, as runs of words that are the same but for the frame, which goes up by one from page to
 * page.
 *
 * <pre>
 *   00007ffff7fef000-00007ffff7ff1000 8180000000001400     first word
 * </pre>
 */
final class PageMapText {
  private final MmStruct mm;
  private final PageTableLayout layout;
  private final StringBuilder out = new StringBuilder();
  private long start;
  private long end;
  private long first;
  private long step;

  private PageMapText(MmStruct mm) {
    this.mm = mm;
    this.layout = mm.tables().layout();
  }

  static String text(MmStruct mm) {
    PageMapText file = new PageMapText(mm);
    mm.lock();
    try {
      VmAreaStruct areas = mm.spaces().areas();
      for (long vma = mm.firstArea(); vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
        file.area(vma);
      }
    } finally {
      mm.unlock();
    }
    file.print();
    return file.out.toString();
  }

  private void area(long vma) {
    VmAreaStruct areas = mm.spaces().areas();
    TableMemory tables = mm.tables().memory();
    long absent = areas.has(vma, VmFlags.SOFTDIRTY) ? PageMap.SOFT_DIRTY : 0;
    long[] done = {areas.start(vma)};
    mm.tables()
        .forEachRun(
            areas.start(vma),
            areas.pages(vma),
            (address, slot, entries, level) -> {
              add(done[0], address, absent, 0);
              for (int i = 0; i < entries; i++) {
                long at = address + ((long) i << layout.shift(level));
                long entry = tables.entry(slot + ((long) i << layout.entryShift()));
                long word = entry == 0 ? 0 : PageMap.entry(mm, at);
                boolean present = PageMap.isPresent(word);
                add(at, at + (1L << layout.shift(level)), word | absent, present ? 1 : 0);
              }
              done[0] = address + ((long) entries << layout.shift(level));
            });
    add(done[0], areas.end(vma), absent, 0);
  }

  /**
   * Adds pages to the run, or begins another.
   *
   * @param more by how much the word goes up from page to page
   */
  private void add(long from, long to, long word, long more) {
    if (from == to) {
      return;
    }
    long pages = (from - start) >>> PageTableLayout.PAGE_SHIFT;
    if (from != end || more != step || word != first + pages * step) {
      print();
      start = from;
      first = word;
      step = more;
    }
    end = to;
  }

  private void print() {
    if (start != end) {
      String format = "%s-%s %016x\n";
      out.append(String.format(Locale.ROOT, format, layout.hex(start), layout.hex(end), first));
      start = end;
    }
  }
}
