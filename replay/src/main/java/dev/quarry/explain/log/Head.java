package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;
import java.util.Set;

/**
 * Tells what a line states by how it begins ({@code show_free_areas}, {@code dump_header}, {@code
 * warn_alloc} of mm/, from 2.6.12 to 6.19).
 */
final class Head {
  /** Names that a line of page counters may begin with. */
  private static final Set<String> PAGE_COUNTERS =
      Set.of(
          "active_anon",
          "inactive_anon",
          "isolated_anon",
          "active_file",
          "inactive_file",
          "isolated_file",
          "unevictable",
          "dirty",
          "writeback",
          "unstable",
          "slab_reclaimable",
          "slab_unreclaimable",
          "slab",
          "mapped",
          "shmem",
          "pagetables",
          "sec_pagetables",
          "bounce",
          "kernel_misc_reclaimable",
          "free",
          "free_pcp",
          "free_cma",
          "Active",
          "inactive",
          "Active_anon");

  private static final String PANIC = "Kernel panic - not syncing";

  private Head() {}

  /**
   * The kind of a line.
   *
   * @param text without blanks at its ends
   */
  static StatementKind of(String text) {
    if (text.isEmpty()) {
      return StatementKind.OTHER;
    }
    StatementKind kind =
        switch (text.charAt(0)) {
          case 'N' -> ofN(text);
          case 'D', 'H' -> zone(text, 0, false);
          case 'l' -> starts(text, "lowmem_reserve[", StatementKind.RESERVE);
          case 'M' -> ofM(text);
          case 'C' -> ofC(text);
          case 'P', 'c' -> ofCpu(text);
          case 'F', 'T' -> ofSwap(text);
          case 'U' -> starts(text, "Unreclaimable slab info", StatementKind.SLAB_HEAD);
          case '[' -> ofBracket(text);
          case 'o' -> starts(text, "oom-kill:", StatementKind.OOM_KILL);
          case 'O', 'K' -> ofKill(text);
          case 'S' -> starts(text, "Swap cache", StatementKind.PASSED);
          case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
              TotalLine.mayBegin(text) ? StatementKind.TOTAL : StatementKind.OTHER;
          default -> StatementKind.OTHER;
        };
    return kind == StatementKind.OTHER ? byContent(text) : kind;
  }

  private static StatementKind starts(String text, String head, StatementKind kind) {
    return text.startsWith(head) ? kind : StatementKind.OTHER;
  }

  private static StatementKind ofN(String text) {
    if (!text.startsWith("Node")) {
      return zone(text, 0, false);
    }
    Cursor cursor = new Cursor(text, 4);
    if (cursor.atEnd()) {
      return StatementKind.PENDING;
    }
    cursor.skipSpaces();
    if (cursor.digits().isEmpty()) {
      return StatementKind.OTHER;
    }
    cursor.skipSpaces();
    if (cursor.atEnd()) {
      return StatementKind.PENDING;
    }
    if (text.startsWith("hugepages_", cursor.at())) {
      return StatementKind.HUGE;
    }
    return zone(text, cursor.at(), true);
  }

  /** A line that begins with a zone's name. */
  private static StatementKind zone(String text, int at, boolean afterNode) {
    int end = at;
    while (end < text.length() && isNamePart(text.charAt(end))) {
      end++;
    }
    String name = text.substring(at, end);
    if (!afterNode && !ZoneNames.isKnown(name)) {
      return StatementKind.OTHER;
    }
    if (name.isEmpty()) {
      return StatementKind.OTHER;
    }
    if (end == text.length()) {
      return StatementKind.PENDING;
    }
    if (text.startsWith(" free:", end)) {
      return StatementKind.ZONE;
    }
    if (text.startsWith(" per-cpu", end)) {
      return StatementKind.PASSED;
    }
    if (text.charAt(end) != ':') {
      return StatementKind.OTHER;
    }
    Cursor rest = new Cursor(text, end + 1);
    rest.skipSpaces();
    if (rest.atEnd()) {
      return StatementKind.PENDING;
    }
    return blocksOrNode(text, rest, afterNode && Character.isLowerCase(name.charAt(0)));
  }

  private static StatementKind blocksOrNode(String text, Cursor rest, boolean counter) {
    if (text.startsWith("empty", rest.at())) {
      return counter ? StatementKind.OTHER : StatementKind.BLOCKS;
    }
    if (rest.digits().isEmpty()) {
      return StatementKind.OTHER;
    }
    if (counter) {
      return StatementKind.NODE;
    }
    return rest.here() == '*' || rest.atEnd() ? StatementKind.BLOCKS : StatementKind.OTHER;
  }

  private static boolean isNamePart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '(' || c == ')';
  }

  private static StatementKind ofM(String text) {
    if (text.startsWith("Mem-Info:") || text.startsWith("Mem-info:")) {
      return StatementKind.MEM_INFO;
    }
    if (text.startsWith("Memory cgroup out of memory")) {
      return StatementKind.KILL;
    }
    if (text.startsWith("Memory cgroup stats")) {
      return StatementKind.MEMCG;
    }
    return zone(text, 0, false);
  }

  private static StatementKind ofC(String text) {
    if (text.startsWith("Call Trace") || text.startsWith("Call trace")) {
      return StatementKind.PASSED;
    }
    StatementKind cpu = ofCpu(text);
    return cpu == StatementKind.OTHER ? zone(text, 0, false) : cpu;
  }

  /** {@code CPU: 0 PID: …}, {@code Pid: …}, and the per-CPU lists of 2.6. */
  private static StatementKind ofCpu(String text) {
    if (text.startsWith("CPU:") || text.startsWith("Pid:")) {
      return StatementKind.CPU;
    }
    if (text.startsWith("CPU ") || text.startsWith("cpu ")) {
      boolean list = text.contains("btch:") || text.contains(" hot") || text.contains(" cold");
      return list ? StatementKind.PASSED : StatementKind.OTHER;
    }
    return starts(text, "protections[", StatementKind.RESERVE);
  }

  private static StatementKind ofSwap(String text) {
    if (text.startsWith("Free swap") || text.startsWith("Total swap")) {
      return StatementKind.SWAP;
    }
    if (text.startsWith("Free pages:") || text.startsWith("Tasks state (memory")) {
      return StatementKind.PASSED;
    }
    return starts(text, "Task in ", StatementKind.MEMCG);
  }

  /** The task table, or the call trace of an older kernel. */
  private static StatementKind ofBracket(String text) {
    Cursor cursor = new Cursor(text, 1);
    cursor.skipSpaces();
    if (cursor.skip("pid")) {
      return StatementKind.TASK_HEAD;
    }
    if (!cursor.digits().isEmpty()) {
      cursor.skipSpaces();
      boolean row = cursor.skip(']') && cursor.here() == ' ';
      return row ? StatementKind.TASK : StatementKind.OTHER;
    }
    boolean address = cursor.here() == '<' && (text.endsWith("]") || text.endsWith("?"));
    return address ? StatementKind.PENDING : StatementKind.OTHER;
  }

  private static StatementKind ofKill(String text) {
    if (text.startsWith(PANIC)) {
      if (text.length() <= PANIC.length() + 1) {
        return StatementKind.PENDING;
      }
      boolean memory = text.contains("ut of memory") || text.contains("deadlocked on memory");
      return memory ? StatementKind.PANIC : StatementKind.OTHER;
    }
    boolean kill =
        text.startsWith("Out of memory:")
            || text.startsWith("Out of Memory:")
            || text.startsWith("Killed process ");
    return kill ? StatementKind.KILL : StatementKind.OTHER;
  }

  private static StatementKind byContent(String text) {
    if (isPageCounters(text)) {
      return StatementKind.PAGES;
    }
    if (TraceLine.is(text)) {
      return StatementKind.TRACE;
    }
    if ((text.contains(": usage ") && text.contains("limit")) || OomReader.isStat(text)) {
      return StatementKind.MEMCG;
    }
    if (HeaderLine.is(text)) {
      return StatementKind.HEADER;
    }
    if (text.contains(" cpuset=") && text.contains("mems_allowed=") && !text.contains("mode:")) {
      return text.contains("oom-kill:") ? StatementKind.OOM_KILL : StatementKind.CPUSET;
    }
    if ("?".equals(text) || (text.startsWith("<") && text.endsWith("?"))) {
      return StatementKind.PENDING;
    }
    return SlabLine.is(text) ? StatementKind.SLAB : StatementKind.OTHER;
  }

  private static boolean isPageCounters(String text) {
    int colon = text.indexOf(':');
    if (colon <= 0 || colon > 24 || !PAGE_COUNTERS.contains(text.substring(0, colon))) {
      return false;
    }
    Cursor cursor = new Cursor(text, colon + 1);
    return !cursor.digits().isEmpty() && (cursor.atEnd() || cursor.here() == ' ');
  }
}
