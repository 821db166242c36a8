package dev.quarry.observe;

import dev.quarry.machine.ZoneType;
import dev.quarry.physical.FrameRanges;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Which frames have a descriptor in Linux, where memory is described section by section: {@code
 * struct mem_section} (mm/sparse.c, 6.18). A section is 128 MiB on x86-64; one with any RAM has
 * descriptors for all of its frames, and those in a hole are marked reserved ({@code
 * init_unavailable_range}, mm/mm_init.c). A 32-bit kernel has one flat table up to the end of RAM.
 *
 * <pre>
 *   RAM        ████████░░░░░░░░░░░░░░░░████████████░░██
 *   sections  |   online   |   none     |   online   |
 *   kpageflags  as is, RESERVED, NOPAGE, as is, ...
 * </pre>
 */
final class Sections {
  /** SECTION_SIZE_BITS of x86-64. */
  private static final int SECTION_BYTES_SHIFT = 27;

  private final PhysicalMemory memory;
  private final boolean flat;
  private final int pagesShift;
  private final BitSet online = new BitSet();

  Sections(PhysicalMemory memory) {
    this.memory = memory;
    this.flat = memory.spec().zones().stream().anyMatch(z -> z.type() == ZoneType.HIGHMEM);
    this.pagesShift = Math.max(0, SECTION_BYTES_SHIFT - memory.spec().pageShift());
    for (Zone zone : memory.zones()) {
      FrameRanges present = zone.presentRanges();
      for (int i = 0; i < present.count(); i++) {
        online.set(present.start(i) >> pagesShift, ((present.end(i) - 1) >> pagesShift) + 1);
      }
    }
  }

  /** Whether a frame has a descriptor: {@code pfn_to_online_page}. */
  boolean isOnline(int pfn) {
    return flat ? pfn < memory.spec().endPfn() : online.get(pfn >> pagesShift);
  }

  /** One past the last frame that files describe: {@code get_max_dump_pfn}. */
  long endPfn() {
    long end = memory.spec().endPfn();
    long sectionPages = 1L << pagesShift;
    return flat ? end : (end + sectionPages - 1) & -sectionPages;
  }

  /**
   * The zone that the descriptor of a frame names: {@code page_zone}. In a hole it is the zone of
   * the RAM that comes next.
   *
   * @return null where there is no descriptor
   */
  @Nullable Zone zoneOf(int pfn) {
    if (!isOnline(pfn)) {
      return null;
    }
    Zone next = null;
    int nearest = Integer.MAX_VALUE;
    for (Zone zone : memory.zones()) {
      FrameRanges present = zone.presentRanges();
      if (present.contains(pfn)) {
        return zone;
      }
      for (int i = 0; i < present.count(); i++) {
        if (present.start(i) > pfn && present.start(i) < nearest) {
          nearest = present.start(i);
          next = zone;
        }
      }
    }
    return next;
  }
}
