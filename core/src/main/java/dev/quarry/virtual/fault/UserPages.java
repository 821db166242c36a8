package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemoryException;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.cache.NodeCounts;
import dev.quarry.virtual.cache.PageCache;
import dev.quarry.virtual.cache.PageCaches;
import dev.quarry.virtual.cache.PageLru;
import dev.quarry.virtual.space.AddressSpaces;
import dev.quarry.virtual.space.Advice;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.FileMapping;
import dev.quarry.virtual.space.MappedPages;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;
import java.util.List;

/**
 * The pages of processes: what operations on areas do to them, and what page faults need. One for
 * each machine.
 *
 * <pre>
 *   UserPages ─┬─ PageFaultHandler ─► MmFault     an access was refused
 *              ├─ UserMemory                      accesses
 *              ├─ ForkTables, ZapPages            entries of many pages come, and go
 *              └─ PageCaches                      pages of files
 * </pre>
 */
public final class UserPages implements MappedPages {
  private static final int SHIFT = Parts.SHIFT;

  private final AddressSpaces spaces;
  private final VmAreaStruct areas;
  private final Parts parts;
  private final MmFault mmFault;
  private final SwapFault swap;
  private final PageFaultHandler handler;
  private final UserMemory memory;
  private final ChangeProtection protection;
  private final FileAdvice fileAdvice;
  private final LockedPages lockedPages;
  private final HugePages huge;

  /**
   * The pages of a machine's processes.
   *
   * @throws TableMemoryException if there is no memory for the page of zeros
   */
  public UserPages(Cpu cpu, AddressSpaces spaces) {
    this.spaces = spaces;
    this.areas = spaces.areas();
    PhysicalMemory physical = spaces.kernel().memory();
    NodeCounts counts = new NodeCounts(physical);
    int zero = spaces.allocator().allocPage(cpu, Gfp.GFP_KERNEL | Gfp.ZERO);
    if (zero == Pfn.NONE) {
      throw new TableMemoryException("there is no page for the page of zeros");
    }
    physical.map().setFlags(zero, PageState.ZERO_PAGE);
    this.parts =
        new Parts(
            spaces,
            physical,
            spaces.allocator(),
            spaces.ram(),
            spaces.kernel().tables().memory(),
            new PageRmap(spaces, counts),
            new PageCaches(spaces.allocator(), physical, spaces.ram(), counts),
            new PageContents(),
            zero);
    FaultCounts leaves = new FaultCounts(physical.cpus().size());
    this.swap = new SwapFault(parts);
    this.huge = new HugePages(parts, swap);
    this.protection = new ChangeProtection(parts, huge);
    ReverseMap rmap = reverseMap();
    this.lockedPages = new LockedPages(parts, protection, rmap);
    this.mmFault = new MmFault(parts, swap, leaves, huge.fault(), lockedPages);
    this.handler = new PageFaultHandler(parts, mmFault, leaves);
    this.memory = new UserMemory(handler, spaces.ram());
    this.fileAdvice = new FileAdvice(parts);
    parts.caches().cleaner(rmap::makeClean);
    spaces.pages(this);
  }

  /** What becomes of refused accesses. */
  public PageFaultHandler handler() {
    return handler;
  }

  /** Huge pages. */
  public HugePages huge() {
    return huge;
  }

  /** Accesses of processes. */
  public UserMemory memory() {
    return memory;
  }

  /** Pages of files. */
  public PageCaches caches() {
    return parts.caches();
  }

  /** The address spaces. */
  public AddressSpaces spaces() {
    return spaces;
  }

  /**
   * From now on pages hold what they happen to hold: for who plays a recording, which has no
   * contents, on a machine larger than the host's memory.
   */
  public void forgetContents() {
    parts.contents().forget();
  }

  /** The frame of zeros that all may read. */
  public int zeroPfn() {
    return parts.zeroPfn();
  }

  /** Counts pages for their nodes. */
  public NodeCounts counts() {
    return parts.rmap().counts();
  }

  /** What this floor counted of a statistic. */
  public long counted(NodeStat stat) {
    return parts.rmap().counts().own(stat);
  }

  /** The blocks that wait to be split, for the checker. */
  List<Integer> deferredBlocks() {
    return parts.rmap().large().deferred();
  }

  /** The anon_vma of a private page, by the kernel's address. */
  public long anonVma(int pfn) {
    return parts.rmap().anonVma(pfn);
  }

  /** Tells where pages are that were swapped out. */
  public void swap(SwapSpace space) {
    swap.use(space);
  }

  /** Tells, before there is a page, who keeps lists of them. */
  public void lru(PageLru keeper) {
    parts.caches().lru(keeper);
    parts.rmap().lru(keeper);
  }

  /** Who maps a page, and how to take it from them. */
  public ReverseMap reverseMap() {
    return new ReverseMap(parts, swap, huge);
  }

  /** Which pages processes have used. */
  public YoungEntries youngEntries() {
    return new YoungEntries(parts);
  }

  /** Moves pages to other frames. */
  public PageMigration migration() {
    return new PageMigration(parts, swap, reverseMap());
  }

  /** Brings back all pages of an address space that are in one swap area: {@code unuse_mm}. */
  public SwapOff swapOff() {
    return new SwapOff(parts, swap);
  }

  @Override
  public void unmap(Cpu cpu, MmStruct mm, long vma, long start, long end) {
    unmap(cpu, mm, vma, start, end, true);
  }

  /** The same, and private copies of a file's pages stay if they shall. */
  void unmap(Cpu cpu, MmStruct mm, long vma, long start, long end, boolean evenCows) {
    mm.noteHiwaterRss();
    parts.lru().drain(cpu); // what a batch holds could not be freed
    if (evenCows) {
      zap(cpu, mm, vma, start, end);
      return;
    }
    for (long at = start; at < end; at += Parts.PAGE) {
      long entry = mm.tables().leaf(at);
      if (Pte.isMapped(entry) && !parts.rmap().isAnon(parts.pfn(entry))) {
        zap(cpu, mm, vma, at, at + Parts.PAGE);
      }
    }
  }

  private void zap(Cpu cpu, MmStruct mm, long vma, long start, long end) {
    if (areas.has(vma, VmFlags.LOCKED)) {
      lockedPages.change(cpu, mm, vma, start, end, false);
    }
    ZapPages zap = new ZapPages(parts, cpu, mm, swap.swap(), huge.entries());
    long pages = (end - start) >>> SHIFT;
    if (mm.tables().take(start, pages, zap) > 0) {
      flush(cpu, mm, start, pages);
    }
  }

  @Override
  public void freeTables(Cpu cpu, MmStruct mm, long start, long end, long floor, long ceiling) {
    long pages = (end - start) >>> SHIFT;
    if (mm.tables().freeTables(cpu, start, pages, floor, ceiling) > 0) {
      parts.tables().tlb().userRange(cpu, mm.tables(), start, pages, true);
    }
  }

  /** Entries say less than before; the lock of the address space is held, so nobody used them. */
  private void flush(Cpu cpu, MmStruct mm, long start, long pages) {
    parts.tables().tlb().userRange(cpu, mm.tables(), start, pages, false);
  }

  @Override
  public void protect(Cpu cpu, MmStruct mm, long vma, long start, long end, long oldFlags) {
    if (protection.change(cpu, mm, vma, start, end)) {
      flush(cpu, mm, start, (end - start) >>> SHIFT);
    }
  }

  @Override
  public long move(Cpu cpu, MmStruct mm, long vma, long newVma, long from, long to, long bytes) {
    long pages = bytes >>> SHIFT;
    long moved =
        mm.huge().entries() > 0
            ? huge.entries().move(cpu, mm, from, to, bytes)
            : mm.tables().move(cpu, MmFault.GFP_TABLE, from, to, pages) << SHIFT;
    flush(cpu, mm, from, pages);
    return moved;
  }

  /** {@code faultin_page}: until the entry allows it. */
  @Override
  public int faultIn(Cpu cpu, MmStruct mm, long vma, long address, boolean write) {
    PageTables tables = mm.tables();
    long need = write ? Pte.RW : 0;
    while (true) {
      long entry = tables.leaf(address);
      if (Pte.isMapped(entry) && (entry & need) == need) {
        if (write && (entry & Pte.DIRTY) == 0) {
          markDirty(parts.pfn(entry)); // FOLL_TOUCH
        }
        return 0;
      }
      FaultLeaf leaf = mmFault.handle(cpu, mm, vma, areas.flags(vma), address, write);
      if (!leaf.isResolved()) {
        return leaf == FaultLeaf.OUT_OF_MEMORY ? -Errno.ENOMEM : -Errno.EFAULT;
      }
    }
  }

  /**
   * Makes a page present that is to be held, for another process that pays for the fault: {@code
   * faultin_page} with FOLL_PIN. A private page that is only read must be the process's own too,
   * lest a write to it elsewhere is not seen here ({@code gup_must_unshare}).
   *
   * @return 0 or a negated {@link Errno}
   */
  int pin(Cpu cpu, MmStruct payer, MmStruct mm, long vma, long address, boolean write) {
    while (true) {
      long entry = mm.tables().leaf(address);
      boolean mapped = Pte.isMapped(entry);
      boolean unshare = mapped && !write && (entry & Pte.RW) == 0 && isSharedAnon(entry);
      if (mapped && !unshare && (!write || (entry & Pte.RW) != 0)) {
        return 0;
      }
      VmFault fault = new VmFault(cpu, mm, vma, areas.flags(vma), address, write);
      fault.payer = payer;
      fault.unshare = unshare;
      FaultLeaf leaf = mmFault.handle(fault);
      if (!leaf.isResolved()) {
        return leaf == FaultLeaf.OUT_OF_MEMORY ? -Errno.ENOMEM : -Errno.EFAULT;
      }
    }
  }

  /** Says that a held page was written: {@code set_page_dirty_lock}. */
  void markDirty(int pfn) {
    if (parts.rmap().isAnon(pfn)) {
      parts.map().changeFlags(pfn, 0, PageState.DIRTY);
    } else if (parts.map().mapping(pfn) != 0) {
      parts.caches().of(pfn).markDirty(pfn);
    }
  }

  private boolean isSharedAnon(long entry) {
    if ((entry & Pte.PSE) != 0) {
      return false; // a huge page stays one
    }
    int flags = PageState.flags(parts.map().state(parts.pfn(entry)));
    return (flags & (PageState.ANON | PageState.ANON_EXCLUSIVE)) == PageState.ANON;
  }

  @Override
  public boolean isResident(MmStruct mm, long vma, long address) {
    long entry = mm.tables().leaf(address);
    if (entry != Pte.NONE) {
      return Pte.isMapped(entry);
    }
    return !areas.isAnonymous(vma)
        && spaces.files().file(areas.file(vma)) instanceof CachedFile file
        && file.cache().has(areas.pgoffAt(vma, address));
  }

  @Override
  public int advise(Cpu cpu, MmStruct mm, long vma, long start, long end, Advice advice) {
    switch (advice) {
      case DONTNEED, DONTNEED_LOCKED -> unmap(cpu, mm, vma, start, end);
      case FREE -> {
        long freed = protection.makeLazyFree(cpu, mm, start, end);
        parts.memory().events().count(cpu.id(), VmEvent.PGLAZYFREE, freed);
        flush(cpu, mm, start, (end - start) >>> SHIFT);
      }
      case COLD -> {
        makeOld(cpu, mm, start, end);
        protection.forEachPage(mm, start, end, pfn -> parts.lru().deactivate(cpu, pfn));
      }
      case WILLNEED -> fileAdvice.willNeed(cpu, vma, start, end);
      case HUGEPAGE -> huge.advised(mm, vma);
      case COLLAPSE -> {
        return huge.collapse(cpu, mm, vma, start, end);
      }
      case REMOVE -> {
        return fileAdvice.remove(cpu, this, mm, vma, start, end);
      }
      case PAGEOUT -> pageOut(cpu, mm, start, end);
      default -> {
        // Others change areas only.
      }
    }
    return 0;
  }

  private void makeOld(Cpu cpu, MmStruct mm, long start, long end) {
    if (protection.makeOld(cpu, mm, start, end)) {
      flush(cpu, mm, start, (end - start) >>> SHIFT);
    }
  }

  private void pageOut(Cpu cpu, MmStruct mm, long start, long end) {
    makeOld(cpu, mm, start, end);
    int[] before = protection.ownPages(mm, start, end);
    parts.lru().pageOut(cpu, before);
    int[] left = protection.ownPages(mm, start, end);
    if (left.length > before.length) {
      parts.lru().pageOut(cpu, left); // of huge pages that were split
    }
  }

  @Override
  public void locked(Cpu cpu, MmStruct mm, long vma, long start, long end, boolean locked) {
    lockedPages.change(cpu, mm, vma, start, end, locked);
  }

  @Override
  public boolean copy(Cpu cpu, MmStruct mm, long vma, MmStruct child, long childVma) {
    huge.khugepaged().fork(mm, child);
    return ForkTables.copy(parts, cpu, mm, vma, child, swap.swap(), huge.entries());
  }

  @Override
  public void boundary(Cpu cpu, MmStruct mm, long address) {
    huge.entries().splitAt(cpu, mm, address);
  }

  @Override
  public boolean isHugeEligible(MmStruct mm, long vma) {
    return huge.rules().isEligible(mm, vma);
  }

  @Override
  public void released(Cpu cpu, MmStruct mm) {
    huge.released(mm);
  }

  @Override
  public FileMapping sharedMemory(long inode, long bytes) {
    return parts.caches().sharedMemory(inode, bytes);
  }

  @Override
  public int sync(Cpu cpu, MmStruct mm, long vma, long start, long end) {
    return fileAdvice.sync(cpu, vma, start, end);
  }

  /**
   * Makes a hole of whole pages in a file; private copies stay: {@code fallocate(2)}.
   *
   * @return 0 or a negated {@link Errno}
   */
  public int punch(Cpu cpu, CachedFile file, long first, long end) {
    fileAdvice.unmap(cpu, this, file.cache(), first, end, false);
    return file.cache().truncation().punch(cpu, first, end) ? 0 : -Errno.EIO;
  }

  /**
   * Makes a file shorter or longer: {@code ftruncate(2)}. What processes map behind its new end is
   * taken from them; their next access is a SIGBUS.
   *
   * @return 0 or a negated {@link Errno}
   */
  public int truncate(Cpu cpu, CachedFile file, long bytes) {
    PageCache cache = file.cache();
    if (bytes < 0) {
      return -Errno.EINVAL;
    }
    int resized = cache.truncation().resize(cpu, bytes);
    if (resized != 0) {
      return resized == PageCache.NO_SPACE ? -Errno.ENOSPC : -Errno.EIO;
    }
    long first = (bytes + Parts.PAGE - 1) >>> SHIFT;
    fileAdvice.unmap(cpu, this, cache, first, Long.MAX_VALUE, true);
    cache.truncation().removeFrom(cpu, first, Long.MAX_VALUE);
    return 0;
  }
}
