package dev.quarry.virtual;

/**
 * A page table entry: {@code pte_t} and its sisters of the upper levels, which have the same bits
 * (arch/x86/include/asm/pgtable_types.h, 6.18).
 *
 * <pre>
 *   present                                                11 10 9  8   7   6 5  4   3   2  1 0
 *   63  62    52 51                                  12  +---------+--+----+-+-+---+---+---+--+-+
 *  +--+--------+----------------------------------------+|ours     |G |PS/ |D|A|PCD|PWT|U/S|RW|1|
 *  |NX| ours   | physical address of the frame or table |+---------+--+PAT-+-+-+---+---+---+--+-+
 *  +--+--------+----------------------------------------+
 *    entries of 4 bytes: address in 31..12, no NX
 *
 *   swapped, 8 bytes                                 swapped, 4 bytes
 *   63    59 58              9  8    1 0              31        9  8   7   6   5     1  0
 *  +--------+-----------------+------+-+             +-----------+---+---+---+---------+---+
 *  | type   | ~offset         | 0    |0|             | offset    | 0 | E | 0 | type    | 0 |
 *  +--------+-----------------+------+-+             +-----------+---+---+---+---------+---+
 * </pre>
 *
 * <p>{@link PteState#of} decodes; hot code tests the masks here.
 */
public final class Pte {
  /** An entry that shows nothing: {@code pte_none}. */
  public static final long NONE = 0;

  public static final long PRESENT = 1;
  public static final long RW = 1 << 1;
  public static final long USER = 1 << 2;
  public static final long PWT = 1 << 3;
  public static final long PCD = 1 << 4;
  public static final long ACCESSED = 1 << 5;
  public static final long DIRTY = 1 << 6;

  /** In an upper level: the entry shows a large page, not a table. */
  public static final long PSE = 1 << 7;

  public static final long GLOBAL = 1 << 8;

  /** In an entry that is not present: mapped, but nobody may access it (PROT_NONE). */
  public static final long PROTNONE = 1 << 8;

  public static final long NX = 1L << 63;

  /** What an entry says about a page beside its frame, software's bits included. */
  public static final long FLAGS_MASK = NX | 0x7FF0_0000_0000_0000L | 0xFFF;

  /** PAGE_KERNEL: the kernel's own data. */
  public static final long PAGE_KERNEL = PRESENT | RW | ACCESSED | DIRTY | GLOBAL | NX;

  /** PAGE_KERNEL_NOCACHE: registers of a device (UC-: PCD alone, as PAT is set up by Linux). */
  public static final long PAGE_KERNEL_NOCACHE = PAGE_KERNEL | PCD;

  /** _PAGE_TABLE: an entry that leads to a table; what is allowed is decided at the bottom. */
  public static final long PAGE_TABLE = PRESENT | RW | USER | ACCESSED | DIRTY;

  private static final int SWAP_TYPE_BITS = 5;
  private static final int SWAP_OFFSET_SHIFT = 9;
  private static final int SWAP_TYPE_SHIFT_32 = 1;

  private Pte() {}

  /** Whether the processor uses the entry. */
  public static boolean isPresent(long entry) {
    return (entry & PRESENT) != 0;
  }

  /** Whether an entry shows a page, which a PROT_NONE one does too: {@code pte_present}. */
  public static boolean isMapped(long entry) {
    return (entry & (PRESENT | PROTNONE)) != 0;
  }

  /** Whether an entry of a level shows a page, large or not, rather than a table. */
  public static boolean isLeaf(long entry, int level) {
    return level == PageTableLayout.PTE_LEVEL
        || (level == PageTableLayout.LARGE_LEVEL && (entry & PSE) != 0);
  }

  /** The bits that a layout has; entries of 4 bytes have no NX. */
  public static long flags(PageTableLayout layout, long flags) {
    return layout == PageTableLayout.X86_64 ? flags : flags & 0xFFFL;
  }

  /**
   * An entry that says in which swap file a page is and where: {@code __swp_entry}.
   *
   * @param type number of the swap file, 0 to 31
   * @param offset in pages
   */
  public static long swapped(PageTableLayout layout, int type, long offset) {
    if (layout == PageTableLayout.X86_32) {
      return offset << SWAP_OFFSET_SHIFT | (long) type << SWAP_TYPE_SHIFT_32;
    }
    long inverted = ~offset << (SWAP_OFFSET_SHIFT + SWAP_TYPE_BITS) >>> SWAP_TYPE_BITS;
    return inverted | (long) type << (Long.SIZE - SWAP_TYPE_BITS);
  }

  /** The number of the swap file that an entry says. */
  public static int swapType(PageTableLayout layout, long entry) {
    return layout == PageTableLayout.X86_32
        ? (int) (entry >>> SWAP_TYPE_SHIFT_32) & (1 << SWAP_TYPE_BITS) - 1
        : (int) (entry >>> (Long.SIZE - SWAP_TYPE_BITS));
  }

  /** Where in its swap file a page is, in pages. */
  public static long swapOffset(PageTableLayout layout, long entry) {
    return layout == PageTableLayout.X86_32
        ? entry >>> SWAP_OFFSET_SHIFT
        : ~entry << SWAP_TYPE_BITS >>> (SWAP_OFFSET_SHIFT + SWAP_TYPE_BITS);
  }
}
