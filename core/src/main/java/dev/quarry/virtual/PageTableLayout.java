package dev.quarry.virtual;

import java.util.List;

/**
 * How an address is cut up and what its tables are called: the paging modes of the Intel manual,
 * volume 3, chapter 5, that the course draws.
 *
 * <pre>
 *   X86_64   63     48 47   39 38   30 29   21 20   12 11      0
 *           +---------+-------+-------+-------+-------+---------+
 *           | as 47   |  PGD  |  PUD  |  PMD  |  PTE  | offset  |   512 entries of 8 bytes
 *           +---------+-------+-------+-------+-------+---------+   a PMD entry may show 2 MiB
 *
 *   X86_32                    31      22 21      12 11         0
 *                            +----------+----------+------------+
 *                            |   PGD    |   PTE    |   offset   |   1024 entries of 4 bytes
 *                            +----------+----------+------------+   a PGD entry may show 4 MiB
 * </pre>
 *
 * <p>Levels are numbered from the bottom: {@link #PTE_LEVEL} is the one whose entries show pages.
 */
public enum PageTableLayout {
  /** Four levels, as Linux uses them on x86-64 without 5-level paging. */
  X86_64(List.of("PTE", "PMD", "PUD", "PGD"), 9, 3, 48, 0x000F_FFFF_FFFF_F000L),

  /** Two levels: 32-bit paging with PSE, without PAE. */
  X86_32(List.of("PTE", "PGD"), 10, 2, 32, 0xFFFF_F000L);

  /** The level whose entries show single pages. */
  public static final int PTE_LEVEL = 0;

  /** The level whose entries may show a large page, in both layouts. */
  public static final int LARGE_LEVEL = 1;

  /** log2 of the bytes in a page. */
  public static final int PAGE_SHIFT = 12;

  /** Bytes in a page, and in a table. */
  public static final int PAGE_SIZE = 1 << PAGE_SHIFT;

  private final List<String> names;
  private final int indexBits;
  private final int entryShift;
  private final int addressBits;
  private final long frameMask;

  PageTableLayout(
      List<String> names, int indexBits, int entryShift, int addressBits, long frameMask) {
    this.names = names;
    this.indexBits = indexBits;
    this.entryShift = entryShift;
    this.addressBits = addressBits;
    this.frameMask = frameMask;
  }

  /** How many levels there are. */
  public int levels() {
    return names.size();
  }

  /** The level of the root: PGD. */
  public int topLevel() {
    return names.size() - 1;
  }

  /** The kernel's name of a level. */
  public String levelName(int level) {
    return names.get(level);
  }

  /** log2 of the entries in a table. */
  public int indexBits() {
    return indexBits;
  }

  /** Entries in a table. */
  public int entries() {
    return 1 << indexBits;
  }

  /** log2 of an entry's bytes. */
  public int entryShift() {
    return entryShift;
  }

  /** Bytes of a pointer in this kernel, and of an entry. */
  public int pointerBytes() {
    return 1 << entryShift;
  }

  /** Bits of an entry that hold a physical address. */
  public long frameMask() {
    return frameMask;
  }

  /** log2 of the bytes that an entry of a level covers. */
  public int shift(int level) {
    return PAGE_SHIFT + level * indexBits;
  }

  /** Pages that an entry of a level covers. */
  public long pages(int level) {
    return 1L << (level * indexBits);
  }

  /** Bytes of a large page: 2 MiB or 4 MiB. */
  public long largeBytes() {
    return 1L << shift(LARGE_LEVEL);
  }

  /** Which entry of a level's table an address goes through. */
  public int index(long address, int level) {
    return (int) (address >>> shift(level)) & (1 << indexBits) - 1;
  }

  /** Whether the processor takes the address at all; 64-bit ones repeat bit 47 above it. */
  public boolean isCanonical(long address) {
    int unused = Long.SIZE - addressBits;
    return this == X86_64 ? address << unused >> unused == address : address >>> addressBits == 0;
  }

  /** The number of the page that holds an address, counted from address 0, never negative. */
  public long pageOf(long address) {
    return (address & (1L << addressBits) - 1) >>> PAGE_SHIFT;
  }

  /** The address of a page that {@link #pageOf} numbers: of the upper half with its sign. */
  public long addressOf(long page) {
    int unused = Long.SIZE - addressBits;
    long address = page << PAGE_SHIFT;
    return this == X86_64 ? address << unused >> unused : address;
  }

  /** Pages in the whole address range, both halves. */
  public long allPages() {
    return 1L << (addressBits - PAGE_SHIFT);
  }

  /** The address as the kernel prints a pointer: 16 digits or 8. */
  public String hex(long address) {
    String digits = Long.toHexString(address);
    return "0".repeat(Math.max(0, 2 * pointerBytes() - digits.length())) + digits;
  }
}
