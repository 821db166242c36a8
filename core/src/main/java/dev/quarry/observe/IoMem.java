package dev.quarry.observe;

import dev.quarry.machine.MemoryRange;
import dev.quarry.machine.ReservedRange;
import dev.quarry.physical.PhysicalMemory;
import java.util.List;
import java.util.Locale;

/**
 * {@code /proc/iomem}: what lies where in physical addresses. Format of {@code r_show}
 * (kernel/resource.c, 6.18): a resource inside another is indented by two blanks. The machine has
 * RAM and, inside it, what is reserved; holes have no line, as nothing is known of them. Ranges of
 * RAM that touch are one resource, whichever nodes they are on, as in the firmware's map.
 */
final class IoMem {
  private IoMem() {}

  static String text(PhysicalMemory memory) {
    StringBuilder out = new StringBuilder();
    List<MemoryRange> ranges = memory.spec().memory();
    for (int i = 0; i < ranges.size(); ) {
      long start = ranges.get(i).start();
      long end = ranges.get(i++).end();
      while (i < ranges.size() && ranges.get(i).start() == end) {
        end = ranges.get(i++).end();
      }
      line(out, "", start, end, "System RAM");
      for (ReservedRange reserved : memory.spec().reserved()) {
        if (reserved.start() >= start && reserved.end() <= end) {
          line(out, "  ", reserved.start(), reserved.end(), name(reserved));
        }
      }
    }
    return out.toString();
  }

  private static String name(ReservedRange reserved) {
    return reserved.name().isBlank() ? "Reserved" : reserved.name();
  }

  private static void line(StringBuilder out, String indent, long start, long end, String name) {
    out.append(String.format(Locale.ROOT, "%s%08x-%08x : %s\n", indent, start, end - 1, name));
  }
}
