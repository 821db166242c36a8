package dev.quarry.observe;

import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.Reclaim;
import dev.quarry.reclaim.SwapArea;
import org.jspecify.annotations.Nullable;

/**
 * {@code /proc/swaps}: the swap areas in use, in KiB. Format of {@code swap_show} (mm/swapfile.c,
 * 6.18).
 */
final class Swaps {
  private static final String HEADER = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
  private static final int NAME_WIDTH = 40;
  private static final long WIDE_KIB = 10_000_000;

  private Swaps() {}

  static String text(PhysicalMemory memory, @Nullable Reclaim reclaim) {
    StringBuilder out = new StringBuilder(HEADER);
    if (reclaim == null) {
      return out.toString();
    }
    int shift = memory.spec().pageShift() - 10;
    for (SwapArea area : reclaim.swap().areas().all()) {
      String name = MangledPath.of(area.name(), " \t\n\\");
      out.append(name).append(" ".repeat(Math.max(1, NAME_WIDTH - name.length())));
      out.append("file\t\t");
      column(out, (long) area.pages() << shift);
      column(out, (long) area.used() << shift);
      out.append(area.priority()).append('\n');
    }
    return out.toString();
  }

  private static void column(StringBuilder out, long kib) {
    out.append(kib).append(kib < WIDE_KIB ? "\t\t" : "\t");
  }
}
