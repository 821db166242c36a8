package dev.quarry.cli.commands;

import dev.quarry.kernel.Process;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.PteState;
import dev.quarry.virtual.space.MmStruct;
import java.util.List;
import java.util.Locale;

/** The processor's walk to an address of a process, level by level, with the real entries. */
final class PageTablePicture {
  private PageTablePicture() {}

  static String draw(Process process, long address) {
    MmStruct mm = process.mm();
    PageTables tables = mm.tables();
    PageTableLayout layout = tables.layout();
    if (!layout.isCanonical(address)) {
      throw new IllegalArgumentException(
          KernelArea.hex(address) + " is not canonical: no processor takes it");
    }
    StringBuilder out = new StringBuilder();
    out.append(process).append(": the walk to 0x").append(layout.hex(address)).append('\n');
    cut(out, layout, address);
    out.append("  CR3 ").append(KernelArea.hex(tables.root())).append(": PGD in frame ");
    out.append(tables.root() >>> PageTableLayout.PAGE_SHIFT).append('\n');
    List<PageTables.Step> steps = tables.walk(address);
    for (PageTables.Step step : steps) {
      out.append("  ").append(entry(layout, step, address)).append('\n');
    }
    return out.append("  ").append(end(layout, steps.getLast(), address)).toString();
  }

  /** How the address is cut into indexes. */
  private static void cut(StringBuilder out, PageTableLayout layout, long address) {
    StringBuilder bits = new StringBuilder();
    StringBuilder parts = new StringBuilder();
    for (int level = layout.topLevel(); level >= 0; level--) {
      int low = layout.shift(level);
      String range = (low + layout.indexBits() - 1) + ".." + low;
      String part = layout.levelName(level) + " " + layout.index(address, level);
      bits.append(String.format(Locale.ROOT, "%-10s", range));
      parts.append(String.format(Locale.ROOT, "%-10s", part));
    }
    long offset = address & PageTableLayout.PAGE_SIZE - 1;
    out.append("  bits   ").append(bits).append("11..0\n");
    out.append("  index  ").append(parts).append("offset ").append(offset).append('\n');
  }

  /** An entry on the way: which, where, its bytes, and what they say. */
  static String entry(PageTableLayout layout, PageTables.Step step, long address) {
    String name = layout.levelName(step.level()) + "[" + layout.index(address, step.level()) + "]";
    PteState state = PteState.of(layout, step.entry(), step.level());
    return String.format(
        Locale.ROOT,
        "%-9s at 0x%08x = %s  %s",
        name,
        step.slot(),
        layout.hex(step.entry()),
        says(state));
  }

  private static String says(PteState state) {
    return switch (state) {
      case PteState.Absent _ -> "nothing";
      case PteState.Swapped swapped ->
          "swapped to " + swapped.type() + ", page " + swapped.offset();
      case PteState.Present present ->
          (present.leaf() ? "frame " : "table in frame ")
              + present.frame()
              + ": "
              + present.words();
    };
  }

  private static String end(PageTableLayout layout, PageTables.Step last, long address) {
    PteState state = PteState.of(layout, last.entry(), last.level());
    if (!(state instanceof PteState.Present present) || !present.isAccessible()) {
      return "no translation: an access is a page fault";
    }
    long inPage = address & (1L << layout.shift(last.level())) - 1;
    long physical = (present.frame() << PageTableLayout.PAGE_SHIFT) + inPage;
    return "physical " + KernelArea.hex(physical);
  }
}
