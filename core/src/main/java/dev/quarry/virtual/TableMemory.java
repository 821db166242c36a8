package dev.quarry.virtual;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.machine.SpinLock;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The frames that hold page tables: {@code struct ptdesc}, and the one place that reads and writes
 * entries as bytes.
 *
 * <p>Equation: {@code allocated - freed == frames of the page type "table" in the trees}, and each
 * of them is counted in NR_PAGETABLE of its node, the kernel's own too, as since 6.16.
 *
 * <p>{@link #lock} guards the counts and, as {@code page_table_lock} does, the entries that lead to
 * tables. Entries that show pages are written without it: their range belongs to the writer.
 */
public final class TableMemory {
  /** What {@link #allocate} returns for a failure; no table has this address. */
  static final long NO_TABLE = -1;

  private final PageTableLayout layout;
  private final Ram ram;
  private final PageAllocator allocator;
  private final PhysicalMemory memory;
  private final TlbFlush tlb;
  private final boolean wide;
  final SpinLock lock = new SpinLock("page tables");
  private final TableCounts counts = new TableCounts();
  private final Set<PageTables> roots = ConcurrentHashMap.newKeySet();
  private long tables;
  private final AtomicLong contexts = new AtomicLong();

  /**
   * Table memory of a machine.
   *
   * @param ram the bytes of the frames
   * @param tlb is told when a table goes
   */
  public TableMemory(
      PageTableLayout layout,
      Ram ram,
      PageAllocator allocator,
      PhysicalMemory memory,
      TlbFlush tlb) {
    this.layout = layout;
    this.ram = ram;
    this.allocator = allocator;
    this.memory = memory;
    this.tlb = tlb;
    this.wide = layout.pointerBytes() == Long.BYTES;
  }

  /** How tables look. */
  public PageTableLayout layout() {
    return layout;
  }

  /** What was done since boot. */
  public TableCounts counts() {
    return counts;
  }

  /** Tables that there are now. */
  public long tables() {
    return tables;
  }

  /** The address spaces whose tables are here. */
  public List<PageTables> roots() {
    return List.copyOf(roots);
  }

  void add(PageTables root) {
    roots.add(root);
  }

  void remove(PageTables root) {
    roots.remove(root);
  }

  MmContext newContext() {
    return new MmContext(contexts.incrementAndGet());
  }

  /** Who is told when what a TLB may hold has changed. */
  public TlbFlush tlb() {
    return tlb;
  }

  PhysicalMemory memory() {
    return memory;
  }

  Ram ram() {
    return ram;
  }

  /** Allocates a table of absent entries; its physical address, or {@link #NO_TABLE}. */
  long allocate(Cpu cpu, int gfp) {
    int pfn = allocator.allocPage(cpu, gfp & ~Gfp.ZERO);
    if (pfn == Pfn.NONE) {
      return NO_TABLE;
    }
    if ((gfp & Gfp.ACCOUNT) != 0 && !memory.kernelCharges().chargePage(cpu, pfn)) {
      allocator.freePage(cpu, pfn);
      return NO_TABLE;
    }
    ram.zeroPages(pfn, 1); // also on a machine whose data pages have no contents
    memory.map().setFlags(pfn, PageState.PGTABLE);
    memory.map().index(pfn, HugeTables.NO_DEPOSIT);
    count(pfn, 1);
    return (long) pfn << PageTableLayout.PAGE_SHIFT;
  }

  void free(Cpu cpu, long table) {
    int pfn = (int) (table >>> PageTableLayout.PAGE_SHIFT);
    memory.map().clearFlags(pfn, PageState.PGTABLE);
    count(pfn, -1);
    memory.kernelCharges().unchargePage(pfn);
    allocator.freePage(cpu, pfn);
  }

  private void count(int pfn, int change) {
    Node node = Objects.requireNonNull(memory.zoneOf(pfn)).node();
    lock.lock();
    node.stat(NodeStat.NR_PAGE_TABLE_PAGES, node.stat(NodeStat.NR_PAGE_TABLE_PAGES) + change);
    tables += change;
    lock.unlock();
    counts.tables(change);
  }

  /** The physical address of an entry. */
  public long slot(long table, long address, int level) {
    return table + ((long) layout.index(address, level) << layout.entryShift());
  }

  /** Whether entries have 8 bytes. */
  public boolean isWide() {
    return wide;
  }

  /**
   * Where the host has entries that follow each other in a table, for loops that read and write
   * them without a check of each.
   */
  public long host(long slot, int entries) {
    return ram.hostOf(slot, (long) entries << layout.entryShift());
  }

  /** Reads the entry at a physical address. */
  public long entry(long slot) {
    return wide ? ram.getLong(slot) : ram.getInt(slot) & 0xFFFF_FFFFL;
  }

  /** Writes an entry, in a range that is the caller's. */
  public void entry(long slot, long value) {
    if (wide) {
      ram.putLong(slot, value);
    } else {
      ram.putInt(slot, (int) value);
    }
  }

  /**
   * Changes an entry unless somebody else just did: what the processor does to set accessed and
   * dirty, and software to take an entry away from under it.
   */
  public boolean replace(long slot, long expected, long value) {
    return wide
        ? ram.compareAndSetLong(slot, expected, value)
        : ram.compareAndSetInt(slot, (int) expected, (int) value);
  }

  /** Writes an entry that the processor may mark meanwhile; what it was, with all marks. */
  public long exchange(long slot, long value) {
    long entry = entry(slot);
    while (!replace(slot, entry, value)) {
      entry = entry(slot);
    }
    return entry;
  }

  /** Clears bits of an entry that the processor may mark meanwhile; whether any was set. */
  public boolean clear(long slot, long bits) {
    long entry = entry(slot);
    while (!replace(slot, entry, entry & ~bits)) {
      entry = entry(slot);
    }
    return (entry & bits) != 0;
  }

  @Override
  public String toString() {
    return layout + ": " + tables + " tables";
  }
}
