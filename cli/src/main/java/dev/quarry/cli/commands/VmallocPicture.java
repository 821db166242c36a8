package dev.quarry.cli.commands;

import dev.quarry.machine.Sizes;
import dev.quarry.virtual.KernelLayout;
import dev.quarry.virtual.KernelSpace;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.VmArea;
import java.util.List;
import java.util.Locale;

/**
 * The areas of vmalloc space in text, one below the other as the list has them: pages, the guard
 * page behind them, and the holes between. A bar is as long as the area is large, up to a width.
 */
final class VmallocPicture {
  private static final int WIDTH = 32;
  private static final int SHIFT = PageTableLayout.PAGE_SHIFT;

  private final KernelLayout layout;
  private final StringBuilder out = new StringBuilder();

  private VmallocPicture(KernelLayout layout) {
    this.layout = layout;
  }

  static String draw(KernelSpace space) {
    VmallocPicture picture = new VmallocPicture(space.layout());
    List<VmArea> areas = space.areaList();
    picture.line(space.layout().vmallocStart(), "VMALLOC_START");
    long end = space.layout().vmallocStart();
    for (VmArea area : areas) {
      picture.hole(end, area.address());
      picture.area(area);
      end = area.address() + area.bytes();
    }
    picture.hole(end, space.layout().vmallocEnd());
    picture.line(space.layout().vmallocEnd(), "VMALLOC_END");
    picture.out.append(
        String.format(
            Locale.ROOT,
            "█ mapped, ░ freed and waiting for a flush (%d pages, %d may), g guard page",
            space.lazyPages(),
            space.lazyMaxPages()));
    return picture.out.toString();
  }

  private void line(long address, String text) {
    out.append("0x").append(layout.tables().hex(address)).append("  ").append(text).append('\n');
  }

  private void hole(long from, long to) {
    if (from < to) {
      String blanks = " ".repeat(2 + 2 * layout.tables().pointerBytes() + 2);
      out.append(blanks).append("· ").append(Sizes.format(to - from)).append(" free\n");
    }
  }

  private void area(VmArea area) {
    long pages = (area.bytes() >>> SHIFT) - 1;
    String bar = (area.isLazy() ? "░" : "█").repeat((int) Math.min(WIDTH, pages)) + "g";
    String kind = area.isLazy() ? "freed" : String.join(" ", area.kinds());
    line(
        area.address(),
        String.format(Locale.ROOT, "%-33s %s, %s", bar, Counted.of(pages, "page"), kind));
  }
}
