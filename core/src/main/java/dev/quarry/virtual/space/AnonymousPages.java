package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;

/**
 * Pages of memory that shows no file and is never swapped: each entry holds its frame once. What a
 * machine does until somebody who knows files and swap takes over.
 */
final class AnonymousPages implements MappedPages {
  private static final int SHIFT = MmStruct.PAGE_SHIFT;

  private final AddressSpaces spaces;
  private final VmAreaStruct areas;

  AnonymousPages(AddressSpaces spaces) {
    this.spaces = spaces;
    this.areas = spaces.areas();
  }

  private static long flags(long vmFlags) {
    long flags = Pte.USER;
    flags |= (vmFlags & VmFlags.ACCESS) != 0 ? Pte.PRESENT : Pte.PROTNONE;
    flags |= (vmFlags & VmFlags.WRITE) != 0 ? Pte.RW : 0;
    return flags | ((vmFlags & VmFlags.EXEC) == 0 ? Pte.NX : 0);
  }

  @Override
  public void unmap(Cpu cpu, MmStruct mm, long vma, long start, long end) {
    PageTables tables = mm.tables();
    long frames = tables.layout().frameMask();
    tables.take(
        start,
        (end - start) >>> SHIFT,
        (address, entry) -> spaces.allocator().freePage(cpu, (int) ((entry & frames) >>> SHIFT)));
  }

  @Override
  public void freeTables(Cpu cpu, MmStruct mm, long start, long end, long floor, long ceiling) {
    mm.tables().freeTables(cpu, start, (end - start) >>> SHIFT, floor, ceiling);
  }

  @Override
  public void protect(Cpu cpu, MmStruct mm, long vma, long start, long end, long oldFlags) {
    long access = Pte.PRESENT | Pte.PROTNONE | Pte.RW | Pte.NX;
    long set = flags(areas.flags(vma));
    mm.tables().protect(start, (end - start) >>> SHIFT, access & ~set, set);
  }

  @Override
  public long move(Cpu cpu, MmStruct mm, long vma, long newVma, long from, long to, long bytes) {
    return mm.tables().move(cpu, Gfp.GFP_KERNEL, from, to, bytes >>> SHIFT) << SHIFT;
  }

  @Override
  public int faultIn(Cpu cpu, MmStruct mm, long vma, long address, boolean write) {
    if (isResident(mm, vma, address)) {
      return 0;
    }
    if (write && !spaces.anonVmas().prepare(cpu, vma)) {
      return -Errno.ENOMEM;
    }
    int pfn = spaces.allocator().allocPage(cpu, Gfp.GFP_HIGHUSER_MOVABLE | Gfp.ZERO);
    if (pfn == Pfn.NONE) {
      return -Errno.ENOMEM;
    }
    long flags = flags(areas.flags(vma));
    if (mm.tables().mapRange(cpu, Gfp.GFP_KERNEL, address, 1, (long) pfn << SHIFT, flags, 0) == 0) {
      spaces.allocator().freePage(cpu, pfn);
      return -Errno.ENOMEM;
    }
    return 0;
  }

  @Override
  public boolean isResident(MmStruct mm, long vma, long address) {
    return mm.tables().leaf(address) != Pte.NONE;
  }

  @Override
  public int advise(Cpu cpu, MmStruct mm, long vma, long start, long end, Advice advice) {
    if (advice == Advice.DONTNEED || advice == Advice.DONTNEED_LOCKED) {
      unmap(cpu, mm, vma, start, end);
    }
    return 0;
  }

  @Override
  public void locked(Cpu cpu, MmStruct mm, long vma, long start, long end, boolean locked) {
    // Without reclaim no page is ever taken away: a lock changes nothing.
  }

  @Override
  public int sync(Cpu cpu, MmStruct mm, long vma, long start, long end) {
    return 0;
  }
}
