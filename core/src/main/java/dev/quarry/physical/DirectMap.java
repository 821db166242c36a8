package dev.quarry.physical;

import dev.quarry.machine.ZoneType;
import java.util.Locale;

/**
 * The kernel's window on physical memory: an address range that shows all frames below HighMem, one
 * after the other ({@code __pa}, {@code __va}, {@code virt_to_page}, {@code page_address}).
 *
 * <pre>
 *   x86-64:  0xffff888000000000 + physical          all RAM         (4-level page tables)
 *   x86-32:  0xc0000000         + physical          below HighMem, 896 MiB at the most
 * </pre>
 *
 * <p>A machine is taken for 32-bit when its kernel was built with ZONE_HIGHMEM.
 */
public final class DirectMap {
  private static final long BASE_64 = 0xffff_8880_0000_0000L;
  private static final long BASE_32 = 0xc000_0000L;

  private final PhysicalMemory memory;
  private final long base;
  private final long end;
  private final long largeEntry;

  /** The direct map of a machine. */
  public DirectMap(PhysicalMemory memory) {
    this.memory = memory;
    var highMem = memory.spec().zones().stream().anyMatch(zone -> zone.type() == ZoneType.HIGHMEM);
    this.base = highMem ? BASE_32 : BASE_64;
    this.largeEntry = highMem ? 4L << 20 : 2L << 20;
    this.end = lowMemoryEnd();
  }

  /** One past the last physical address that is not HighMem. */
  private long lowMemoryEnd() {
    long last = 0;
    for (Zone zone : memory.zones()) {
      if (!zone.isHighMem()) {
        last = Math.max(last, (long) zone.endPfn() << memory.spec().pageShift());
      }
    }
    return last;
  }

  /** The first address of the window: PAGE_OFFSET. */
  public long base() {
    return base;
  }

  /** The size of the window in bytes. */
  public long bytes() {
    return end;
  }

  /**
   * The address of a physical address: {@code __va()}.
   *
   * @throws IllegalArgumentException for HighMem and beyond RAM
   */
  public long va(long physical) {
    if (physical < 0 || physical >= end) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "physical address 0x%x is not below 0x%x, the end of the direct map",
              physical,
              end));
    }
    return base + physical;
  }

  /**
   * The physical address behind an address of the window: {@code __pa()}.
   *
   * @throws IllegalArgumentException if the address is not in the window
   */
  public long pa(long virtual) {
    long physical = virtual - base;
    if (physical < 0 || physical >= end) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "address 0x%x is not in the direct map 0x%x to 0x%x",
              virtual,
              base,
              base + end - 1));
    }
    return physical;
  }

  /** The frame that an address of the window shows: {@code virt_to_page()}. */
  public int virtToPage(long virtual) {
    return (int) (pa(virtual) >>> memory.spec().pageShift());
  }

  /** The address that shows a frame: {@code page_address()} of a frame that is not HighMem. */
  public long pageToVirt(int pfn) {
    return va((long) pfn << memory.spec().pageShift());
  }

  /** The size of a large entry: 2 MiB in 4-level page tables, 4 MiB in 2-level ones. */
  public long largeEntryBytes() {
    return largeEntry;
  }

  /** Pages in a large entry: HPAGE_PMD_NR. */
  public long largeEntryPages() {
    return Math.max(1, largeEntry >>> memory.spec().pageShift());
  }

  /** How many large entries the window needs: whole and aligned stretches of its RAM. */
  public long largeEntries() {
    long entries = 0;
    for (Zone zone : memory.zones()) {
      if (zone.isHighMem()) {
        continue;
      }
      FrameRanges present = zone.presentRanges();
      for (int i = 0; i < present.count(); i++) {
        long from = ((long) present.start(i) << memory.spec().pageShift()) + largeEntry - 1;
        long to = (long) present.end(i) << memory.spec().pageShift();
        entries += Math.max(0, to / largeEntry - from / largeEntry);
      }
    }
    return entries;
  }

  /** How many page-sized entries the window needs beside the large ones. */
  public long smallEntries() {
    long pages = 0;
    for (Zone zone : memory.zones()) {
      pages += zone.isHighMem() ? 0 : zone.present();
    }
    return pages - largeEntries() * (largeEntry >>> memory.spec().pageShift());
  }
}
