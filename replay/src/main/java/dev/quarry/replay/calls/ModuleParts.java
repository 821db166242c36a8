package dev.quarry.replay.calls;

import dev.quarry.replay.calls.ProgramShape.Part;
import dev.quarry.virtual.space.MapFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Cuts a program or an interpreter into the areas of its segments, in the order in which linkers
 * have them:
 *
 * <pre>
 *   base                                 protected         cleared       end
 *    [ R headers | RX code | R constants | RW data, of the file | RW zeros ]
 * </pre>
 *
 * <p>The bounds of data are exact where the interpreter protects them and the kernel clears behind
 * them. The others lie somewhere between the last page that was used in one way and the first that
 * was used in another: as low as fault-around could make it, so that no window is thought larger
 * than it was.
 */
final class ModuleParts {
  static final String PROGRAM = "program";
  static final String INTERPRETER = "interpreter";

  private static final long PAGE = 4096;
  private static final long WINDOW = 16 * PAGE;

  private final long base;
  private final long end;
  private final TreeMap<Long, Integer> used;
  private final String name;
  private final List<Part> parts = new ArrayList<>();

  /** Takes offsets from the base at which pages were used, and how. */
  ModuleParts(long base, long end, TreeMap<Long, Integer> used, String name) {
    this.base = base;
    this.end = end;
    this.used = used;
    this.name = name;
  }

  List<Part> list() {
    long data = base + first(0, Life.PROTECTED, first(0, Life.WRITE, end - base));
    data = Math.min(data, end);
    long code = base + first(0, Life.EXECUTE, data - base);
    if (code < data) {
      long codeEnd = base + lastExecuted(data - base) + PAGE;
      long before = base + lastBefore(code - base);
      long from = code == base ? base : Math.max(code & -WINDOW, before + PAGE);
      long constants = base + first(codeEnd - base, Life.READ, data - base);
      long middle = constants >= data ? data : Math.max(constants & -WINDOW, codeEnd);
      add(base, from, MapFlags.PROT_READ);
      add(from, middle, MapFlags.PROT_READ | MapFlags.PROT_EXEC);
      add(middle, data, MapFlags.PROT_READ);
    } else {
      add(base, data, MapFlags.PROT_READ);
    }
    long fileEnd = fileEnd(data);
    add(data, fileEnd, MapFlags.PROT_READ | MapFlags.PROT_WRITE);
    if (fileEnd < end) {
      long prot = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
      parts.add(new Part(fileEnd, end, prot, "", 0));
    }
    return parts;
  }

  private void add(long from, long to, long prot) {
    if (from < to) {
      parts.add(new Part(from, to, prot, name, from - base));
    }
  }

  /** The first page from an offset on that was used so, or what is said instead. */
  private long first(long from, int how, long otherwise) {
    for (Map.Entry<Long, Integer> page : used.tailMap(from, true).entrySet()) {
      if ((page.getValue() & how) != 0) {
        return page.getKey();
      }
    }
    return otherwise;
  }

  private long lastExecuted(long below) {
    long last = 0;
    for (Map.Entry<Long, Integer> page : used.headMap(below, false).entrySet()) {
      last = (page.getValue() & Life.EXECUTE) != 0 ? page.getKey() : last;
    }
    return last;
  }

  private long lastBefore(long offset) {
    Long before = used.lowerKey(offset);
    return before == null ? 0 : before;
  }

  /** The page that was cleared is the file's last one; without one, all is of the file. */
  private long fileEnd(long data) {
    long cleared = first(data - base, Life.CLEARED, -1);
    return cleared < 0 ? end : Math.min(end, base + cleared + PAGE);
  }
}
