package dev.quarry.virtual;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Zone;

/**
 * Addresses for pages that the direct map does not show: {@code kmap}, {@code kmap_local_page} and
 * {@code page_address} (mm/highmem.c, 6.18). Pages of low memory have theirs in the direct map, and
 * so have all on a 64-bit kernel: then nothing is mapped.
 */
public final class HighMem {
  /** What is returned where there is no address. */
  public static final long NO_ADDRESS = 0;

  private final KernelSpace space;
  private final KmapPool pool;
  private final KmapLocal local;

  HighMem(KernelSpace space) {
    this.space = space;
    this.pool = new KmapPool(space);
    this.local = new KmapLocal(space);
  }

  /** Whether a frame has no address in the direct map: {@code PageHighMem()}. */
  public boolean isHighMem(int pfn) {
    Zone zone = space.memory().zoneOf(pfn);
    if (zone == null) {
      throw new IllegalArgumentException("frame " + pfn + " is in no zone");
    }
    return zone.isHighMem();
  }

  private long directAddress(int pfn) {
    return space.layout().directStart() + ((long) pfn << PageTableLayout.PAGE_SHIFT);
  }

  /**
   * The address at which a frame can be used now: {@code page_address()}.
   *
   * @return {@link #NO_ADDRESS} for a HighMem frame that kmap() does not show
   */
  public long pageAddress(int pfn) {
    return isHighMem(pfn) ? pool.addressOf(pfn) : directAddress(pfn);
  }

  /**
   * Shows a frame until {@link #kunmap}: {@code kmap()}. Who maps a frame again shares its slot.
   *
   * @return its address, or {@link #NO_ADDRESS} when all slots are in use, where Linux would sleep
   *     until one is given back
   */
  public long kmap(int pfn) {
    return isHighMem(pfn) ? pool.map(pfn) : directAddress(pfn);
  }

  /**
   * Ends one use of {@link #kmap}; the entry stays until all slots are flushed together.
   *
   * @return false if the frame was not mapped so, which the log tells
   */
  public boolean kunmap(Cpu cpu, int pfn) {
    return !isHighMem(pfn) || pool.unmap(cpu, pfn);
  }

  /**
   * Shows a frame to this CPU alone, in a slot of its stack: {@code kmap_local_page()}.
   *
   * @return its address, or {@link #NO_ADDRESS} when the CPU's slots are all in use, which the
   *     kernel would not survive
   */
  public long kmapLocalPage(Cpu cpu, int pfn) {
    return isHighMem(pfn) ? local.map(cpu, pfn) : directAddress(pfn);
  }

  /**
   * Ends the last {@link #kmapLocalPage} of this CPU: {@code kunmap_local()}.
   *
   * @param address any address of the page
   * @return false if the address is not that of the last one, which the log tells
   */
  public boolean kunmapLocal(Cpu cpu, long address) {
    return space.layout().isDirect(address) || local.unmap(cpu, address);
  }

  /** The slots of kmap(). */
  public KmapPool pool() {
    return pool;
  }

  /** The slots of kmap_local_page(). */
  public KmapLocal local() {
    return local;
  }
}
