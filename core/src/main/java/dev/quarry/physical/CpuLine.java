package dev.quarry.physical;

import dev.quarry.machine.Cpu;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.Predicate;

/**
 * What reports say of the CPU that writes them: {@code dump_stack_print_info} (lib/dump_stack.c).
 */
public final class CpuLine {
  private CpuLine() {}

  /** The line, with its end. */
  public static String text(PhysicalMemory memory, Cpu cpu) {
    boolean showsUid = memory.spec().release().isAtLeast(6, 12);
    return String.format(
        Locale.ROOT,
        "CPU: %d%s PID: %d Comm: %s Not tainted %s #1\n",
        cpu.id(),
        showsUid ? " UID: 0" : "",
        cpu.task().pid(),
        cpu.task().comm(),
        memory.spec().release());
  }

  /** Nodes as the kernel prints a bitmap: {@code 0-1,3}. */
  public static String nodes(PhysicalMemory memory, Predicate<Node> which) {
    StringJoiner list = new StringJoiner(",");
    int last = memory.nodes().size() - 1;
    for (int first = 0; first <= last; first++) {
      int end = first;
      while (end <= last && which.test(memory.node(end))) {
        end++;
      }
      if (end > first) {
        list.add(end == first + 1 ? "" + first : first + "-" + (end - 1));
        first = end;
      }
    }
    return list.toString();
  }
}
