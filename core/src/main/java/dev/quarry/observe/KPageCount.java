package dev.quarry.observe;

import dev.quarry.physical.FrameKind;
import dev.quarry.physical.PhysicalMemory;

/**
 * {@code /proc/kpagecount}: how often each frame is mapped, the number that {@code
 * folio_precise_page_mapcount} (fs/proc/internal.h, 6.18) gives.
 */
final class KPageCount implements PageWords.Word {
  private final PhysicalMemory memory;

  KPageCount(PhysicalMemory memory) {
    this.memory = memory;
  }

  @Override
  public long of(int pfn) {
    return memory.kindOf(pfn) == FrameKind.ALLOCATED ? memory.map().mapcount(pfn) : 0;
  }
}
