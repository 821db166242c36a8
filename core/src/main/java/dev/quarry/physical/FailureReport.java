package dev.quarry.physical;

import dev.quarry.machine.Cpu;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The kernel's report of a failed allocation: {@code warn_alloc} (mm/page_alloc.c, 6.18), with the
 * state of all memory behind it ({@link MemInfoDump}). Ten reports are written, further ones are
 * counted, as the kernel limits their rate.
 */
final class FailureReport {
  private static final int MOST_REPORTS = 10;

  private final PhysicalMemory memory;
  private final AtomicLong reports = new AtomicLong();

  FailureReport(PhysicalMemory memory) {
    this.memory = memory;
  }

  void write(int gfp, int order, int highestZone, Cpu cpu) {
    long number = reports.incrementAndGet();
    if (number > MOST_REPORTS) {
      if (number == MOST_REPORTS + 1) {
        memory.log().print("warn_alloc: callbacks suppressed");
      }
      return;
    }
    GfpVocabulary vocabulary = GfpVocabulary.of(memory.spec().release());
    int flags = vocabulary.adopt(gfp);
    String head =
        String.format(
            Locale.ROOT,
            "quarry: page allocation failure: order:%d, mode:0x%x(%s), nodemask=(null),"
                + "cpuset=/,mems_allowed=%s\n"
                + "CPU: %d PID: 1 Comm: quarry Not tainted %s #1\n",
            order,
            vocabulary.toMask(flags),
            vocabulary.format(flags),
            nodeList(),
            cpu.id(),
            memory.spec().release());
    memory.log().print(head + new MemInfoDump(memory).text(highestZone, cpu));
  }

  private String nodeList() {
    int last = memory.nodes().size() - 1;
    return last == 0 ? "0" : "0-" + last;
  }
}
