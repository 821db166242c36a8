package dev.quarry.virtual;

import dev.quarry.machine.Host;
import dev.quarry.machine.Ram;

/**
 * The walk through four levels of tables in few instructions, for the usual case: down to a single
 * page, where the entry of that page alone says what is allowed. It reads all four entries before
 * it judges any, so that the host's processor has few branches to wait for; what it cannot answer,
 * the walk that judges each entry has to.
 *
 * <pre>
 *   PGD    PUD    PMD         PTE
 *    e3  &  e2  &  e1          e0     present, writable, of users, accessed: all three are
 *    e3  |  e2  |  e1                 not executable, a large page: none is
 * </pre>
 *
 * <p>An entry that leads nowhere is followed as well, but no further than RAM reaches: that costs a
 * read and changes nothing.
 */
public final class QuickWalk {
  /** What {@link #walk} returns for another case; no physical address has these bits. */
  public static final long ANOTHER_CASE = -2;

  private static final PageTableLayout LAYOUT = PageTableLayout.X86_64;

  /** Entries that a walk reads. */
  public static final int REFERENCES = LAYOUT.levels();

  private static final int ENTRY_SHIFT = LAYOUT.entryShift();
  private static final int PTE_SHIFT = LAYOUT.shift(0);
  private static final int PMD_SHIFT = LAYOUT.shift(1);
  private static final int PUD_SHIFT = LAYOUT.shift(2);
  private static final int PGD_SHIFT = LAYOUT.shift(3);
  private static final long INDEX_MASK = LAYOUT.entries() - 1L;
  private static final long FRAME_MASK = LAYOUT.frameMask();
  private static final long OPEN = Pte.PRESENT | Pte.RW | Pte.USER | Pte.ACCESSED;
  private static final long CLOSED = Pte.NX | Pte.PSE;
  private static final long RESULT =
      FRAME_MASK | Pte.NX | Pte.DIRTY | Pte.PRESENT | Pte.RW | Pte.USER;

  private final long base;

  /** The last table's physical address; below 0 where tables have another form. */
  private final long lastTable;

  /** For the tables of a machine. */
  public QuickWalk(TableMemory memory) {
    Ram ram = memory.ram();
    this.base = ram.base();
    this.lastTable = memory.layout() == LAYOUT ? ram.bytes() - PageTableLayout.PAGE_SIZE : -1;
  }

  /**
   * Walks; nothing is changed.
   *
   * @param mask the bits of the page's entry that matter for the access
   * @param need what they have to be; the accessed bit has to be set in any case
   * @return the frame with {@link Pte#DIRTY} of its entry and what it allows, or {@link
   *     #ANOTHER_CASE}
   */
  public long walk(long root, long address, long mask, long need) {
    long host = Host.address(base);
    long last = lastTable;
    long table = root & FRAME_MASK;
    if (table > last) {
      return ANOTHER_CASE;
    }
    long e3 = entry(host, table, address, PGD_SHIFT);
    table = e3 & FRAME_MASK;
    if (table > last) {
      return ANOTHER_CASE;
    }
    long e2 = entry(host, table, address, PUD_SHIFT);
    table = e2 & FRAME_MASK;
    if (table > last) {
      return ANOTHER_CASE;
    }
    long e1 = entry(host, table, address, PMD_SHIFT);
    table = e1 & FRAME_MASK;
    if (table > last) {
      return ANOTHER_CASE;
    }
    long e0 = entry(host, table, address, PTE_SHIFT);
    long shut = (~(e3 & e2 & e1) & OPEN) | ((e3 | e2 | e1) & CLOSED);
    if (shut != 0 || (e0 & (mask | Pte.ACCESSED)) != (need | Pte.ACCESSED)) {
      return ANOTHER_CASE;
    }
    return e0 & RESULT;
  }

  private static long entry(long host, long table, long address, int shift) {
    return Host.getLong(host + ((address >>> shift & INDEX_MASK) << ENTRY_SHIFT) + table);
  }
}
