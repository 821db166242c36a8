package dev.quarry.observe;

import dev.quarry.physical.FrameKind;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PhysicalMemory;

/**
 * {@code /proc/kpagecount}: how often each frame is mapped, the number that {@code
 * folio_precise_page_mapcount} (fs/proc/internal.h, 6.18) gives.
 */
final class KPageCount implements PageWords.Word {
  private final PhysicalMemory memory;
  private final MemMap map;

  KPageCount(PhysicalMemory memory) {
    this.memory = memory;
    this.map = memory.map();
  }

  @Override
  public long of(int pfn) {
    int mappings = pfn < map.endPfn() ? memory.largeFolios().mapcountOf(pfn) : 0;
    return mappings != 0 && memory.kindOf(pfn) == FrameKind.ALLOCATED ? mappings : 0;
  }
}
