package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.VmEvent;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;

/**
 * The pages of one file that are in memory: {@code struct address_space} (include/linux/fs.h), with
 * what reads and writes them (mm/filemap.c, mm/page-writeback.c, 6.18).
 *
 * <pre>
 *   index   0    1    2    3    4          frame: mapping = the cache's handle, index = its own,
 *         [ 17 ][ 90 ][    ][ 4 ]                 one reference of the cache's
 * </pre>
 *
 * <p>The lock is the object's own. It is held while a page is read from the host or written to it:
 * who wants the same file waits. Nobody allocates with it held, so that reclaim may wait for it.
 */
public final class PageCache {
  /** {@link #get} and {@link #read}: there is no memory. */
  public static final int NO_MEMORY = -2;

  /** The host could not read or write: EIO. */
  public static final int IO_ERROR = -3;

  /** The page lies behind the end of the file. */
  public static final int BEYOND_END = -4;

  /** Pages that are read around one that is missing: {@code ra_pages}, 128 KiB. */
  private static final int READ_AROUND = 32;

  private static final int SHIFT = 12;
  private static final long PAGE = 1L << SHIFT;
  private static final int SECTORS = 8;
  private static final int GFP_AHEAD = Gfp.GFP_HIGHUSER_MOVABLE | Gfp.NORETRY | Gfp.NOWARN;

  private final PageCaches all;
  private final PageAllocator allocator;
  private final MemMap map;
  private final NodeCounts counts;
  private final int handle;
  private final BackingStore store;
  private final PageIndex pages = new PageIndex();
  private long nrPages;
  private long nrDirty;
  private volatile long knownBytes;
  private final FileAreas areas = new FileAreas();
  private boolean failedWrite;
  private final ShmemPages shmem;

  PageCache(PageCaches all, int handle, BackingStore store) {
    this.all = all;
    this.allocator = all.allocator();
    this.map = all.map();
    this.counts = all.counts();
    this.handle = handle;
    this.store = store;
    this.shmem = new ShmemPages(this, all);
    bytes();
  }

  /** What its frames have as {@link MemMap#mapping}. */
  public int handle() {
    return handle;
  }

  /** Whether its pages have no other place than memory. */
  public boolean isShmem() {
    return store.isShmem();
  }

  /** Its pages that are in swap. */
  public ShmemPages shmem() {
    return shmem;
  }

  /** The areas that show the file. */
  public FileAreas areas() {
    return areas;
  }

  /** Pages in memory: {@code nrpages}. */
  public synchronized long nrPages() {
    return nrPages;
  }

  /** Pages that are to be written. */
  public synchronized long nrDirty() {
    return nrDirty;
  }

  /** How many pages the file has, the last one perhaps in part. */
  public long filePages() {
    return (bytes() + PAGE - 1) >>> SHIFT;
  }

  /** The file's size, {@code i_size_read}; the last known if it is gone. */
  public long bytes() {
    try {
      knownBytes = store.size();
    } catch (IOException e) {
      // Who needs the file itself meets the error.
    }
    return knownBytes;
  }

  /** Whether a page is in memory. */
  public synchronized boolean has(long index) {
    return pages.get(index) != Pfn.NONE || (store.isAssumedResident() && index < filePages());
  }

  /** A page in memory with a reference for the caller, or {@link Pfn#NONE}. */
  public synchronized int get(long index) {
    int pfn = pages.get(index);
    if (pfn != Pfn.NONE) {
      map.addReference(pfn, 0);
    }
    return pfn;
  }

  /** The same for a page fault: a file that is assumed to be in memory has its page now. */
  public int find(Cpu cpu, long index) {
    int pfn = get(index);
    boolean make = pfn == Pfn.NONE && store.isAssumedResident() && index < filePages();
    return make ? Math.max(readOne(cpu, index, GFP_AHEAD), Pfn.NONE) : pfn;
  }

  /**
   * A page with a reference for the caller, read if it is not in memory, and pages around it with
   * it: {@code filemap_fault}, {@code do_sync_mmap_readahead}.
   *
   * @param around whether its neighbours are read too
   * @return the frame, or {@link #NO_MEMORY}, {@link #IO_ERROR}, {@link #BEYOND_END}
   */
  public int read(Cpu cpu, long index, boolean around) {
    long end = filePages();
    if (index >= end) {
      return BEYOND_END;
    }
    if (around && !isShmem()) {
      long first = Math.max(0, index - READ_AROUND / 2);
      readAhead(cpu, first, Math.min(end, first + READ_AROUND));
    }
    while (true) {
      int pfn = get(index);
      if (pfn != Pfn.NONE) {
        return pfn;
      }
      long entry = shmem.entry(index);
      if (entry == ShmemPages.NONE) {
        return readOne(cpu, index, Gfp.GFP_HIGHUSER_MOVABLE);
      }
      int found = all.swap().read(cpu, entry);
      if (found < 0) {
        return found;
      }
      if (shmem.swapIn(index, entry, found)) {
        return found;
      }
      allocator.freePage(cpu, found); // somebody else was quicker, or works on it
    }
  }

  /** With the lock held: a frame is the page of an index from now on. */
  void own(long index, int pfn) {
    map.mapping(pfn, handle);
    map.index(pfn, (int) index);
    int shadow = pages.put(index, pfn);
    if (shadow != PageIndex.NO_SHADOW) {
      all.lru().refault(pfn, shadow);
    }
    count(pfn, 1);
  }

  private void count(int pfn, int change) {
    nrPages += change;
    counts.add(pfn, NodeStat.NR_FILE_PAGES, change);
    if (isShmem()) {
      counts.add(pfn, NodeStat.NR_SHMEM, change);
    }
  }

  /** Reads what is missing before {@code end}, until it fails: {@code force_page_cache_ra}. */
  public void readAhead(Cpu cpu, long first, long end) {
    long last = Math.min(end, filePages());
    for (long index = first; index < last; index++) {
      int pfn = has(index) ? Pfn.NONE : readOne(cpu, index, GFP_AHEAD);
      if (pfn >= 0) {
        allocator.freePage(cpu, pfn); // the cache has its own reference
      } else if (pfn != Pfn.NONE) {
        return;
      }
    }
  }

  /** A page that is not in memory, with a reference for the caller. */
  private int readOne(Cpu cpu, long index, int gfp) {
    int pfn = allocator.allocPage(cpu, gfp);
    if (pfn == Pfn.NONE) {
      return NO_MEMORY;
    }
    int there = insert(cpu, index, pfn);
    if (there != pfn) {
      allocator.freePage(cpu, pfn);
    }
    return there;
  }

  /**
   * Fills a fresh frame and makes it the page of an index: {@code filemap_add_folio}.
   *
   * @return that frame, or the one that somebody else made it meanwhile, or an error
   */
  private synchronized int insert(Cpu cpu, long index, int pfn) {
    int there = pages.get(index);
    if (there != Pfn.NONE) {
      map.addReference(there, 0);
      return there;
    }
    try {
      store.read(index << SHIFT, bytes(pfn, PAGE));
    } catch (IOException e) {
      return IO_ERROR;
    }
    map.setFlags(pfn, PageState.UPTODATE | (isShmem() ? PageState.SWAPBACKED : 0));
    map.addFirstReference(pfn);
    own(index, pfn);
    all.lru().add(cpu, pfn);
    if (!isShmem()) {
      all.memory().events().count(cpu.id(), VmEvent.PGPGIN, SECTORS);
    }
    return pfn;
  }

  private MemorySegment bytes(int pfn, long length) {
    return all.ram().slice((long) pfn << SHIFT, length);
  }

  /** Says that a page was written, or will be: {@code folio_mark_dirty}. */
  public synchronized void markDirty(int pfn) {
    if ((PageState.flags(map.state(pfn)) & PageState.DIRTY) != 0) {
      return;
    }
    map.changeFlags(pfn, 0, PageState.DIRTY);
    if (!isShmem() && map.mapping(pfn) == handle) {
      nrDirty++;
      counts.add(pfn, NodeStat.NR_DIRTY, 1);
      counts.add(pfn, NodeStat.NR_DIRTIED, 1);
    }
  }

  private boolean isDirty(int pfn) {
    return (PageState.flags(map.state(pfn)) & PageState.DIRTY) != 0;
  }

  private void clean(int pfn) {
    if (isDirty(pfn)) {
      map.changeFlags(pfn, PageState.DIRTY, 0);
      if (!isShmem()) {
        nrDirty--;
        counts.add(pfn, NodeStat.NR_DIRTY, -1);
      }
    }
  }

  /**
   * Writes dirty pages to the file: {@code write_cache_pages}.
   *
   * @param first the first page
   * @param end one past the last
   * @return whether all were written
   */
  public synchronized boolean writeBack(Cpu cpu, long first, long end, Cleaner cleaner) {
    if (isShmem() || nrDirty == 0) {
      return true;
    }
    try {
      long size = store.size();
      for (long at = pages.next(first); at >= 0 && at < end; at = pages.next(at + 1)) {
        int pfn = pages.get(at);
        if (isDirty(pfn)) {
          writeOne(cpu, at, pfn, size, cleaner.clean(at, pfn));
        }
      }
      store.force();
      boolean written = !failedWrite;
      failedWrite = false;
      return written;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Writes one page so that it can be reclaimed: {@code pageout}. It stays dirty if the host cannot
   * write it, which the next one who asks for it is told, or if somebody may write it unseen.
   *
   * @return whether it is clean
   */
  public synchronized boolean writePage(Cpu cpu, int pfn, Cleaner cleaner) {
    if (map.mapping(pfn) != handle || isShmem()) {
      return false;
    }
    if (isDirty(pfn)) {
      long index = indexOf(pfn);
      try {
        writeOne(cpu, index, pfn, store.size(), cleaner.clean(index, pfn));
      } catch (IOException e) {
        failedWrite = true;
      }
    }
    return !isDirty(pfn);
  }

  long indexOf(int pfn) {
    return map.index(pfn) & 0xFFFF_FFFFL;
  }

  /**
   * Takes a clean page out that nobody holds but the cache and the caller: {@code
   * __remove_mapping}. What was known of its use stays in its place, but for shared memory. The
   * caller frees the frame.
   *
   * @return whether it was taken out
   */
  public synchronized boolean reclaim(int pfn) {
    boolean mine = map.mapping(pfn) == handle && !isDirty(pfn);
    if (!mine || !map.takeReferences(pfn, 2, 0)) {
      return false;
    }
    pages.remove(indexOf(pfn), isShmem() ? PageIndex.NO_SHADOW : all.lru().evicted(pfn));
    forget(pfn);
    return true;
  }

  /**
   * Lets a page move to another frame, if it can, which takes its place here; nobody finds it
   * meanwhile.
   *
   * @param move moves it, descriptor included; false: it cannot
   * @return whether it moved
   */
  public synchronized boolean migrate(int pfn, int to, BooleanSupplier move) {
    if (map.mapping(pfn) != handle || !move.getAsBoolean()) {
      return false;
    }
    pages.replace(indexOf(to), to);
    return true;
  }

  /** Writes what is dirty; pages that somebody maps stay dirty, as they may change unseen. */
  void writeBackUnmapped(Cpu cpu) {
    writeBack(cpu, 0, Long.MAX_VALUE, (index, pfn) -> map.mapcount(pfn) == 0);
  }

  private void writeOne(Cpu cpu, long index, int pfn, long size, boolean clean) throws IOException {
    long length = Math.min(PAGE, size - (index << SHIFT));
    if (length > 0) {
      store.write(index << SHIFT, bytes(pfn, length));
      counts.add(pfn, NodeStat.NR_WRITTEN, 1);
      all.memory().events().count(cpu.id(), VmEvent.PGPGOUT, SECTORS);
    }
    if (clean) {
      clean(pfn);
    }
  }

  /**
   * Sets the file's size. Pages behind it stay until {@link #removeFrom}; new faults do not find
   * them.
   */
  public synchronized boolean resize(long bytes) {
    try {
      store.truncate(bytes);
    } catch (IOException e) {
      return false;
    }
    long tail = bytes & (PAGE - 1);
    int last = tail == 0 ? Pfn.NONE : pages.get(bytes >>> SHIFT);
    if (last != Pfn.NONE) {
      bytes(last, PAGE).asSlice(tail).fill((byte) 0);
      markDirty(last);
    }
    return true;
  }

  /**
   * Makes a hole: a range of the file reads as zeros, and its pages go, which nobody maps any more:
   * {@code fallocate(FALLOC_FL_PUNCH_HOLE)}.
   *
   * @return false if the host refuses
   */
  public synchronized boolean punch(Cpu cpu, long first, long end) {
    shmem.free(cpu, first, end);
    removeFrom(cpu, first, end);
    try {
      byte[] zeros = new byte[(int) PAGE];
      long size = isShmem() ? 0 : store.size();
      for (long at = first << SHIFT; at < Math.min(size, end << SHIFT); at += PAGE) {
        long length = Math.min(PAGE, size - at);
        store.write(at, MemorySegment.ofArray(zeros).asSlice(0, length));
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Gives up pages of a range that nobody maps any more: {@code truncate_inode_pages_range}. */
  public synchronized void removeFrom(Cpu cpu, long first, long end) {
    for (long at = pages.next(first); at >= 0 && at < end; at = pages.next(at + 1)) {
      remove(cpu, at);
    }
    shmem.free(cpu, first, end);
    if (end == Long.MAX_VALUE) {
      pages.dropShadows(first);
    }
  }

  private void remove(Cpu cpu, long index) {
    int pfn = pages.get(index);
    clean(pfn);
    leave(index, pfn);
    allocator.freePage(cpu, pfn);
  }

  /** With the lock held: takes the page of an index out. */
  void leave(long index, int pfn) {
    pages.remove(index, PageIndex.NO_SHADOW);
    forget(pfn);
  }

  private void forget(int pfn) {
    count(pfn, -1);
    map.mapping(pfn, 0);
  }

  synchronized long drop(Cpu cpu) {
    long before = nrPages;
    for (long at = pages.next(0); at >= 0 && !isShmem(); at = pages.next(at + 1)) {
      int pfn = pages.get(at);
      if (!isDirty(pfn) && PageState.refcount(map.state(pfn)) == 1) {
        remove(cpu, at);
      }
    }
    return before - nrPages;
  }

  /** The medium is gone: what is not in memory cannot be read any more. */
  public synchronized void closeStore() {
    try {
      store.close();
    } catch (IOException e) {
      all.memory().log().print("I/O error at the end of file " + handle);
    }
  }

  /** Visits all pages, by index. */
  public synchronized void forEach(PageVisitor visitor) {
    for (long at = pages.next(0); at >= 0; at = pages.next(at + 1)) {
      visitor.page(at, pages.get(at));
    }
  }
}
