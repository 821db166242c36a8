package dev.quarry.observe;

import dev.quarry.virtual.KernelSpace;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.VmArea;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code /proc/vmallocinfo}: the areas of vmalloc space, sorted by address, then those that are
 * freed and wait for a flush of the TLBs. Format of {@code vmalloc_info_show} (mm/vmalloc.c, 6.18);
 * sizes are with the guard page.
 *
 * <pre>
 *   0xffffc90000000000-0xffffc90000101000 1052672 shell pages=256 vmalloc N0=256
 *   0xffffc90000101000-0xffffc90000103000    8192 unpurged vm_area
 * </pre>
 */
public final class VmallocInfo {
  private final StringBuilder out = new StringBuilder();
  private final PageTableLayout layout;

  /** A 32-bit kernel is not built for NUMA and does not say where pages are. */
  private final boolean numa;

  private VmallocInfo(KernelSpace space) {
    this.layout = space.layout().tables();
    this.numa = layout == PageTableLayout.X86_64;
  }

  /** The file's text; empty while nothing of the kernel's address range is in use. */
  public static String text(@Nullable KernelSpace space) {
    if (space == null) {
      return "";
    }
    VmallocInfo file = new VmallocInfo(space);
    List<VmArea> areas = space.areaList();
    areas.stream().filter(area -> !area.isLazy() && !area.isUninitialized()).forEach(file::area);
    areas.stream().filter(VmArea::isLazy).forEach(file::unpurged);
    return file.out.toString();
  }

  private void range(VmArea area) {
    out.append(
        String.format(
            Locale.ROOT,
            "0x%s-0x%s %7d",
            layout.hex(area.address()),
            layout.hex(area.address() + area.bytes()),
            area.bytes()));
  }

  private void area(VmArea area) {
    range(area);
    out.append(' ').append(area.caller());
    if (area.nrPages() > 0) {
      out.append(" pages=").append(area.nrPages());
    }
    if (area.physical() != 0) {
      out.append(" phys=0x").append(layout.hex(area.physical()));
    }
    area.kinds().forEach(kind -> out.append(' ').append(kind));
    if (area.arrayInVmalloc()) {
      out.append(" vpages");
    }
    for (int node = 0; numa && node < area.pagesByNode().size(); node++) {
      int pages = area.pagesByNode().get(node);
      out.append(pages == 0 ? "" : " N" + node + "=" + pages);
    }
    out.append('\n');
  }

  private void unpurged(VmArea area) {
    range(area);
    out.append(" unpurged vm_area\n");
  }
}
