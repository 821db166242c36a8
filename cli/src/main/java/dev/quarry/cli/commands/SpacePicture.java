package dev.quarry.cli.commands;

import dev.quarry.kernel.Process;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.space.MapsText;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import java.util.List;
import java.util.Locale;

/**
 * The course's figure of an address space: the addresses from above, the areas in them with what is
 * in memory, and the page tables that show it.
 */
final class SpacePicture {
  private static final int WIDTH = 24;
  private static final int MARKS = 32;
  private static final int MOST_AREAS = 64;
  private static final int MOST_TABLES = 32;

  private final MmStruct mm;
  private final VmAreaStruct areas;
  private final PageTableLayout layout;
  private final StringBuilder out = new StringBuilder();

  private SpacePicture(MmStruct mm) {
    this.mm = mm;
    this.areas = mm.spaces().areas();
    this.layout = mm.tables().layout();
  }

  static String draw(Process process) {
    SpacePicture picture = new SpacePicture(process.mm());
    picture.head(process);
    picture.spaces();
    picture.tables();
    return picture.out.toString().stripTrailing();
  }

  private void head(Process process) {
    line(
        "%s: mm_struct at %s, %s of %s, %s in memory",
        process,
        KernelArea.hex(mm.address()),
        Counted.of(mm.mapCount(), "area"),
        Counted.of(mm.totalVm(), "page"),
        mm.rssPages());
  }

  private void line(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }

  private void edge(long address, String left, String right) {
    line("  %s %s%s%s", layout.hex(address), left, "─".repeat(WIDTH), right);
  }

  private void body(String inside, String beside) {
    String blanks = " ".repeat(2 + 2 * layout.pointerBytes());
    line("%s │ %-" + (WIDTH - 2) + "s │ %s", blanks, inside, beside);
  }

  /** From the top down, as the figure is drawn. */
  private void spaces() {
    long above = mm.taskSize();
    edge(above, "┌", "┐ TASK_SIZE");
    int drawn = 0;
    long vma = last();
    while (vma != VmAreaStruct.NONE && drawn < MOST_AREAS) {
      free(areas.end(vma), above);
      area(vma);
      above = areas.start(vma);
      vma = areas.prev(vma);
      drawn++;
    }
    if (vma != VmAreaStruct.NONE) {
      body("…", Counted.of(mm.mapCount() - drawn, "area") + " more");
    } else {
      free(0, above);
    }
    edge(0, "└", "┘");
  }

  private long last() {
    long last = VmAreaStruct.NONE;
    for (long vma = mm.firstArea(); vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
      last = vma;
    }
    return last;
  }

  private void free(long from, long to) {
    if (from != to) {
      String mark = from <= mm.mmapBase() && mm.mmapBase() <= to ? ", mmap_base in it" : "";
      body("", AreasPicture.size(to - from) + " free" + mark);
      if (from != 0) {
        edge(from, "├", "┤");
      }
    }
  }

  private void area(long vma) {
    String name = MapsText.name(mm, vma);
    String shown = name.length() > WIDTH - 7 ? "…" + name.substring(name.length() - 16) : name;
    body(
        AreasPicture.permissions(areas.flags(vma)) + " " + shown,
        Counted.of(areas.pages(vma), "page") + " " + marks(vma));
    edge(areas.start(vma), areas.start(vma) == 0 ? "└" : "├", "┤");
  }

  /** A mark for each of the first pages: in memory or not. */
  private String marks(long vma) {
    StringBuilder marks = new StringBuilder();
    long pages = areas.pages(vma);
    for (long i = 0; i < Math.min(pages, MARKS); i++) {
      long entry = mm.tables().leaf(areas.start(vma) + (i << PageTableLayout.PAGE_SHIFT));
      marks.append(entry == Pte.NONE ? '·' : Pte.isMapped(entry) ? '█' : 's');
    }
    return marks + (pages > MARKS ? "…" : "");
  }

  private void tables() {
    List<TableWalk.Table> tables = TableWalk.of(mm);
    line("page tables: %d", tables.size());
    for (TableWalk.Table table : tables.subList(0, Math.min(tables.size(), MOST_TABLES))) {
      int below = layout.topLevel() - table.level();
      boolean root = below == 0;
      long span = layout.pages(table.level()) << layout.indexBits();
      line(
          "  %s%s in frame %d: %s in use, from %s, %s",
          "  ".repeat(below),
          layout.levelName(table.level()),
          table.physical() >>> PageTableLayout.PAGE_SHIFT,
          table.used() + " of " + layout.entries(),
          KernelArea.hex(table.first()),
          root ? "CR3" : AreasPicture.size(span << PageTableLayout.PAGE_SHIFT));
    }
    if (tables.size() > MOST_TABLES) {
      line("  … and %d more", tables.size() - MOST_TABLES);
    }
    TableMemory memory = mm.tables().memory();
    line("█ in memory, · not, s in swap; all processes and the kernel: %d tables", memory.tables());
  }
}
