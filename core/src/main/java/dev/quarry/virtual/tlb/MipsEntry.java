package dev.quarry.virtual.tlb;

import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;

/**
 * An entry of a MIPS TLB: a pair of pages with one tag (MIPS64 privileged architecture, EntryHi and
 * EntryLo).
 *
 * <pre>
 *   EntryHi  | VPN2: the pair's number          | 0    | ASID |     EntryLo of the even page,
 *             63                              13 12   8 7    0      and of the odd one
 *
 *   EntryLo  |RI|XI| 0 | PFN                 | C  | D | V | G |
 *             63 62     .                   6 5  3  2   1   0
 *                                              |    |   |   └ for all ASIDs
 *                                              |    |   └ valid: else an exception
 *                                              |    └ dirty: else a store is an exception
 *                                              └ how caches treat it
 * </pre>
 */
public final class MipsEntry {
  public static final long GLOBAL = 1;
  public static final long VALID = 1 << 1;
  public static final long DIRTY = 1 << 2;
  public static final long EXECUTE_INHIBIT = 1L << 62;

  /** Cacheable, coherent. */
  private static final long CACHED = 5L << 3;

  static final int ASID_BITS = 8;
  static final int ASID_MASK = (1 << ASID_BITS) - 1;
  private static final int PFN_SHIFT = 6;
  private static final int PAIR_SHIFT = PageTableLayout.PAGE_SHIFT + 1;
  private static final long PFN_MASK = (EXECUTE_INHIBIT - 1) >>> PFN_SHIFT << PFN_SHIFT;

  private MipsEntry() {}

  /** The tag of the pair that holds an address. */
  static long hi(long address, int asid) {
    return address >>> PAIR_SHIFT << PAIR_SHIFT | asid;
  }

  /** The address that a tag begins with. */
  static long address(long hi) {
    return hi >> PAIR_SHIFT << PAIR_SHIFT;
  }

  static int asid(long hi) {
    return (int) hi & ASID_MASK;
  }

  /** Which of a pair an address is in: 0 or 1. */
  static int half(long address) {
    return (int) (address >>> PageTableLayout.PAGE_SHIFT) & 1;
  }

  /**
   * What a page table entry becomes: valid if it was accessed, so that software learns of the first
   * access; dirty if it was written, for the same reason.
   *
   * @param entry of a single page
   */
  static long lo(PageTableLayout layout, long entry, boolean global) {
    long frame = (entry & layout.frameMask()) >>> PageTableLayout.PAGE_SHIFT;
    long lo = frame << PFN_SHIFT | CACHED | (global ? GLOBAL : 0);
    long young = Pte.PRESENT | Pte.ACCESSED;
    long written = young | Pte.RW | Pte.DIRTY;
    lo |= (entry & young) == young ? VALID : 0;
    lo |= (entry & written) == written ? DIRTY : 0;
    return lo | ((entry & Pte.NX) != 0 ? EXECUTE_INHIBIT : 0);
  }

  /** The physical address of a page. */
  static long frame(long lo) {
    return (lo & PFN_MASK) >>> PFN_SHIFT << PageTableLayout.PAGE_SHIFT;
  }
}
