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
 * who wants the same file waits, as on the page's lock in Linux. Nobody allocates with it held, so
 * that reclaim may wait for it.
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
  private volatile long knownPages;
  private final FileAreas areas = new FileAreas();
  private boolean failedWrite;

  PageCache(PageCaches all, int handle, BackingStore store) {
    this.all = all;
    this.allocator = all.allocator();
    this.map = all.map();
    this.counts = all.counts();
    this.handle = handle;
    this.store = store;
    filePages();
  }

  /** What its frames have as {@link MemMap#mapping}. */
  public int handle() {
    return handle;
  }

  /** Whether its pages have no other place than memory. */
  public boolean isShmem() {
    return store.isShmem();
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

  /** How many pages the file has, the last one perhaps in part; the last known if it is gone. */
  public long filePages() {
    try {
      knownPages = (store.size() + PAGE - 1) >>> SHIFT;
    } catch (IOException e) {
      return knownPages; // who needs the file itself meets the error
    }
    return knownPages;
  }

  /** Whether a page is in memory. */
  public synchronized boolean has(long index) {
    return pages.get(index) != Pfn.NONE;
  }

  /** A page in memory with a reference for the caller, or {@link Pfn#NONE}. */
  public synchronized int get(long index) {
    int pfn = pages.get(index);
    if (pfn != Pfn.NONE) {
      map.addReference(pfn, 0);
    }
    return pfn;
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
    int pfn = get(index);
    return pfn == Pfn.NONE ? readOne(cpu, index, Gfp.GFP_HIGHUSER_MOVABLE) : pfn;
  }

  /**
   * Reads what is missing before {@code end}, until something fails: {@code force_page_cache_ra}.
   */
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
    map.mapping(pfn, handle);
    map.index(pfn, (int) index);
    map.addFirstReference(pfn);
    int shadow = pages.put(index, pfn);
    if (shadow != PageIndex.NO_SHADOW) {
      all.lru().refault(pfn, shadow);
    }
    all.lru().add(cpu, pfn);
    nrPages++;
    counts.add(pfn, NodeStat.NR_FILE_PAGES, 1);
    if (isShmem()) {
      counts.add(pfn, NodeStat.NR_SHMEM, 1);
    } else {
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

  /** Is asked for each dirty page whether nobody can write it unseen. */
  @FunctionalInterface
  public interface Cleaner {
    /** Takes the right to write from those who map the page; false if not from all. */
    boolean clean(long index, int pfn);
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

  private long indexOf(int pfn) {
    return map.index(pfn) & 0xFFFF_FFFFL;
  }

  /**
   * Takes a clean page out that nobody holds but the cache and the caller: {@code
   * __remove_mapping}. What was known of its use stays in its place. The caller frees the frame.
   *
   * @return whether it was taken out
   */
  public synchronized boolean reclaim(int pfn) {
    boolean mine = map.mapping(pfn) == handle && !isDirty(pfn) && !isShmem();
    if (!mine || !map.takeReferences(pfn, 2, 0)) {
      return false;
    }
    pages.remove(indexOf(pfn), all.lru().evicted(pfn));
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
    }
    return true;
  }

  /** Makes what is in memory of a range zeros. */
  public synchronized void zero(long first, long end) {
    for (long at = pages.next(first); at >= 0 && at < end; at = pages.next(at + 1)) {
      bytes(pages.get(at), PAGE).fill((byte) 0);
    }
  }

  /** Gives up pages of a range that nobody maps any more: {@code truncate_inode_pages_range}. */
  public synchronized void removeFrom(Cpu cpu, long first, long end) {
    for (long at = pages.next(first); at >= 0 && at < end; at = pages.next(at + 1)) {
      remove(cpu, at);
    }
    if (end == Long.MAX_VALUE) {
      pages.dropShadows(first);
    }
  }

  private void remove(Cpu cpu, long index) {
    int pfn = pages.get(index);
    clean(pfn);
    pages.remove(index, PageIndex.NO_SHADOW);
    forget(pfn);
    allocator.freePage(cpu, pfn);
  }

  private void forget(int pfn) {
    nrPages--;
    counts.add(pfn, NodeStat.NR_FILE_PAGES, -1);
    if (isShmem()) {
      counts.add(pfn, NodeStat.NR_SHMEM, -1);
    }
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

  /** Is given each page. */
  @FunctionalInterface
  public interface PageVisitor {
    /** Visits a page. */
    void page(long index, int pfn);
  }

  /** Visits all pages, by index. */
  public synchronized void forEach(PageVisitor visitor) {
    for (long at = pages.next(0); at >= 0; at = pages.next(at + 1)) {
      visitor.page(at, pages.get(at));
    }
  }
}
