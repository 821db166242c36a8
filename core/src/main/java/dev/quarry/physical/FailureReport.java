package dev.quarry.physical;

import dev.quarry.machine.ZoneType;
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

  /**
   * Writes the report about a request that failed, unless such a request is not worth one.
   *
   * @param what failed, for the first line
   */
  void write(Request request, String what) {
    if ((request.gfp & Gfp.NOWARN) != 0 || asksForDmaInVain(request)) {
      return;
    }
    long number = reports.incrementAndGet();
    if (number > MOST_REPORTS) {
      if (number == MOST_REPORTS + 1) {
        memory.log().print("warn_alloc: callbacks suppressed");
      }
      return;
    }
    String dump = new MemInfoDump(memory).text(request.highestZone, request.cpu);
    memory.log().print(head(request, what) + dump);
  }

  /** On a machine without any memory for DMA a request for some is no news ({@code warn_alloc}). */
  private boolean asksForDmaInVain(Request request) {
    return (request.gfp & Gfp.DMA) != 0
        && memory.zoneTypes().contains(ZoneType.DMA)
        && memory.zones().stream().noneMatch(z -> z.type() == ZoneType.DMA && z.managed > 0);
  }

  private String head(Request request, String what) {
    GfpVocabulary vocabulary = GfpVocabulary.of(memory.spec().release());
    int flags = vocabulary.adopt(request.gfp);
    boolean everywhere = request.nodeMask == Request.ALL_NODES;
    return String.format(
        Locale.ROOT,
        "%s: %s, mode:0x%x(%s), nodemask=%s,cpuset=/,mems_allowed=%s\n%s",
        request.cpu.task().comm(),
        what,
        vocabulary.toMask(flags),
        vocabulary.format(flags),
        everywhere ? "(null)" : CpuLine.nodes(memory, request::allows),
        CpuLine.nodes(memory, Node::hasMemory),
        CpuLine.text(memory, request.cpu));
  }
}
