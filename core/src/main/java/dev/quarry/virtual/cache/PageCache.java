package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.stall.Stalls;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.VmEvent;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

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

  /** The host has no room for what was written: ENOSPC. */
  public static final int NO_SPACE = -5;

  static final int SHIFT = 12;
  static final long PAGE = 1L << SHIFT;
  static final int SECTORS = 8;
  static final int GFP_AHEAD = Gfp.GFP_HIGHUSER_MOVABLE | Gfp.NORETRY | Gfp.NOWARN;

  private final PageCaches all;
  private final PageAllocator allocator;
  private final MemMap map;
  private final NodeCounts counts;
  private final int handle;
  private final BackingStore store;
  private final PageIndex pages;
  private final WriteBack writeBack;
  private final ReadAhead readAhead;
  private final Truncation truncation;
  private long nrPages;
  private volatile long knownBytes;
  private final FileBuffers buffers;
  private final FileAreas areas = new FileAreas();
  private final ShmemPages shmem;

  PageCache(PageCaches all, int handle, BackingStore store) {
    this.all = all;
    this.allocator = all.allocator();
    this.map = all.map();
    this.counts = all.counts();
    this.handle = handle;
    this.store = store;
    this.pages = new PageIndex(this, all.shadowNodes());
    this.writeBack = new WriteBack(this, all, pages);
    this.readAhead = new ReadAhead(this, all, pages);
    this.truncation = new Truncation(this, all, pages);
    this.shmem = new ShmemPages(this, all);
    this.buffers = new FileBuffers(this, all);
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

  /** The buffers of its pages. */
  public FileBuffers buffers() {
    return buffers;
  }

  /** Pages in memory: {@code nrpages}. */
  public synchronized long nrPages() {
    return nrPages;
  }

  /** Pages that are to be written. */
  public synchronized long nrDirty() {
    return writeBack.nrDirty();
  }

  /** Pages that are being written. */
  public synchronized long nrWriteback() {
    return writeBack.nrWriteback();
  }

  /** What reads pages before somebody asks for them. */
  public ReadAhead ahead() {
    return readAhead;
  }

  /** What takes pages out. */
  public Truncation truncation() {
    return truncation;
  }

  /** What writes its pages. */
  WriteBack writeBack() {
    return writeBack;
  }

  BackingStore store() {
    return store;
  }

  /** Nodes of its index that have nothing but shadows. */
  public synchronized long shadowNodes() {
    return pages.shadowNodes();
  }

  synchronized void dropShadowNode(long key) {
    pages.dropNode(key);
    all.shadowNodes().remove(this, key);
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
    return pages.get(index) != Pfn.NONE || isAssumed(index);
  }

  /** Whether a page counts as in memory that nobody read: until reclaim has taken it once. */
  private synchronized boolean isAssumed(long index) {
    return store.isAssumedResident() && index < filePages() && !pages.isEvicted(index);
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
    boolean make = pfn == Pfn.NONE && isAssumed(index);
    return make ? Math.max(readOne(cpu, index, GFP_AHEAD), Pfn.NONE) : pfn;
  }

  /**
   * A page with a reference for the caller, read if it is not in memory: {@code filemap_get_folio},
   * {@code filemap_create_folio}.
   *
   * @return the frame, or {@link #NO_MEMORY}, {@link #IO_ERROR}, {@link #BEYOND_END}
   */
  public int read(Cpu cpu, long index) {
    if (index >= filePages()) {
      return BEYOND_END;
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

  /**
   * With the lock held: a frame is the page of an index from now on.
   *
   * @return what was left of the one before, or {@link PageIndex#NO_SHADOW}
   */
  int own(long index, int pfn) {
    map.mapping(pfn, handle);
    map.index(pfn, (int) index);
    count(pfn, 1);
    return pages.put(index, pfn);
  }

  private void count(int pfn, int change) {
    nrPages += change;
    counts.add(pfn, NodeStat.NR_FILE_PAGES, change);
    if (isShmem()) {
      counts.add(pfn, NodeStat.NR_SHMEM, change);
    }
  }

  /** A page that is not in memory, with a reference for the caller. */
  int readOne(Cpu cpu, long index, int gfp) {
    int pfn = newPage(cpu, gfp);
    if (pfn == Pfn.NONE) {
      return NO_MEMORY;
    }
    int there = insert(cpu, index, pfn);
    if (there != pfn) {
      dropNew(cpu, pfn);
    }
    if (there >= 0 && buffers.isDevice() && !buffers.add(cpu, there)) {
      allocator.freePage(cpu, there);
      return NO_MEMORY;
    }
    return there;
  }

  /** A frame that counts for who reads or writes: {@code filemap_add_folio} charges it. */
  private int newPage(Cpu cpu, int gfp) {
    int pfn = allocator.allocPage(cpu, gfp);
    if (pfn == Pfn.NONE || all.lru().charge(cpu, pfn, gfp)) {
      return pfn;
    }
    allocator.freePage(cpu, pfn);
    return Pfn.NONE;
  }

  private void dropNew(Cpu cpu, int pfn) {
    all.lru().uncharge(pfn);
    allocator.freePage(cpu, pfn);
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
    int shadow = pages.shadow(index);
    boolean missed = shadow != PageIndex.NO_SHADOW && all.lru().wasInUse(shadow, !isShmem());
    Stalls stalls = all.memory().stalls();
    try (var _ = stalls.memoryIf(cpu, missed);
        var _ = stalls.io(cpu)) {
      all.disk().read(this, index, bytes(pfn, PAGE));
    } catch (IOException e) {
      return IO_ERROR;
    }
    enter(cpu, index, pfn);
    if (!isShmem()) {
      all.memory().events().count(cpu.id(), VmEvent.PGPGIN, SECTORS);
    }
    return pfn;
  }

  /**
   * With the lock held: a filled frame is the page of an index, with a reference of the cache's.
   */
  private void enter(Cpu cpu, long index, int pfn) {
    map.setFlags(pfn, PageState.UPTODATE | (isShmem() ? PageState.SWAPBACKED : 0));
    map.addFirstReference(pfn);
    int shadow = own(index, pfn);
    if (shadow != PageIndex.NO_SHADOW) {
      all.lru().refault(cpu, pfn, shadow);
    }
    all.lru().add(cpu, pfn);
  }

  /**
   * A page that is about to be written as a whole, or lies behind the end: it is not read, but
   * begins as zeros and what is written.
   *
   * @return the frame with a reference for the caller, or {@link #NO_MEMORY}
   */
  int make(Cpu cpu, long index, MemorySegment part, long from) {
    int there = get(index);
    if (there != Pfn.NONE) {
      return there;
    }
    int pfn = newPage(cpu, Gfp.GFP_HIGHUSER_MOVABLE);
    if (pfn == Pfn.NONE) {
      return NO_MEMORY;
    }
    synchronized (this) {
      there = get(index);
      if (there == Pfn.NONE) {
        bytes(pfn, PAGE).fill((byte) 0).asSlice(from, part.byteSize()).copyFrom(part);
        enter(cpu, index, pfn);
        return pfn;
      }
    }
    dropNew(cpu, pfn);
    return there;
  }

  MemorySegment bytes(int pfn, long length) {
    return all.ram().slice((long) pfn << SHIFT, length);
  }

  /** Says that a page was written, or will be: {@code folio_mark_dirty}. */
  public synchronized void markDirty(int pfn) {
    writeBack.markDirty(pfn);
  }

  private boolean is(int pfn, int flag) {
    return (PageState.flags(map.state(pfn)) & flag) != 0;
  }

  /**
   * Writes dirty pages to the file and waits for them: {@code file_write_and_wait_range}. Who has
   * it open asks for errors afterwards.
   *
   * @param first the first page
   * @param end one past the last
   */
  public void writeBack(Cpu cpu, long first, long end) {
    if (!isShmem()) {
      all.flusher().waitForAll(cpu);
      writeBack.write(cpu, first, end, Long.MAX_VALUE, true);
      all.flusher().waitForAll(cpu);
    }
  }

  /** Begins to write dirty pages of a range, and waits for nothing: WB_SYNC_NONE. */
  public void startWriteBack(Cpu cpu, long first, long end) {
    if (!isShmem()) {
      writeBack.write(cpu, first, end, Long.MAX_VALUE, false);
    }
  }

  /** Makes sure that what was written is on the host's disk. */
  public synchronized void force() {
    try {
      all.disk().force(this);
    } catch (IOException e) {
      writeBack.failed(e);
    }
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
  public synchronized boolean reclaim(Cpu cpu, int pfn) {
    boolean busy = is(pfn, PageState.DIRTY) || is(pfn, PageState.WRITEBACK);
    boolean mine = map.mapping(pfn) == handle && !busy;
    if (mine && PageState.refcount(map.state(pfn)) == 1 + buffers.ownReferences(pfn)) {
      buffers.drop(cpu, pfn); // filemap_release_folio
    }
    if (!mine || !map.takeReferences(pfn, 2, 0)) {
      return false;
    }
    pages.remove(indexOf(pfn), isShmem() ? PageIndex.NO_SHADOW : all.lru().evicted(pfn));
    forget(pfn);
    return true;
  }

  /** A page has another frame from now on; with the lock held. */
  void replace(int to) {
    pages.replace(indexOf(to), to);
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
