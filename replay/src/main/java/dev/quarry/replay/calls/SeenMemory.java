package dev.quarry.replay.calls;

import static dev.quarry.virtual.space.MapFlags.*;

import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.virtual.cache.AssumedFile;
import dev.quarry.virtual.cache.PageCaches;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.ProcessLimits;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;

/**
 * Memory that no recorded call mapped, made page by page when it is used: what there was before the
 * recording. It may be read, written and executed; each page comes with a fault of its own.
 */
final class SeenMemory {
  static final String NAME = "memory from before the recording";

  private static final long PAGE = 4096;
  private static final int PAGES = Integer.MAX_VALUE;

  private final AssumedFile file;

  SeenMemory(PageCaches caches) {
    this.file = caches.special(NAME, PAGES);
    file.mapped();
  }

  /** Whether there is no area that could serve an access. */
  static boolean isMissing(MmStruct mm, long address) {
    VmAreaStruct areas = mm.spaces().areas();
    long vma = mm.findVma(address);
    if (vma == VmAreaStruct.NONE) {
      return true;
    }
    long below = areas.start(vma) - address;
    boolean grows = areas.has(vma, VmFlags.GROWSDOWN);
    long limit = mm.limits().stack();
    boolean reachable =
        grows && (limit == ProcessLimits.INFINITY || areas.end(vma) - address <= limit);
    return below > 0 && !reachable;
  }

  /** Makes the missing pages of a range. */
  void make(Cpu cpu, Process process, long from, long to) {
    int fd = process.open(file);
    SystemCalls calls = new SystemCalls(cpu, process);
    for (long at = from & -PAGE; at < to; at += PAGE) {
      if (isMissing(process.mm(), at)) {
        long prot = PROT_READ | PROT_WRITE | PROT_EXEC;
        calls.mmap(at, PAGE, prot, MAP_PRIVATE | MAP_FIXED, fd, at & (long) PAGES << 12);
      }
    }
    process.close(cpu, fd);
  }
}
