package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.machine.VirtualClock;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PageState;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.virtual.PageTableLayout;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The caches of a machine's files, one for each inode, by the handle that their frames have. */
public final class PageCaches {
  private static final int FIRST_HANDLE = 1;

  private final PageAllocator allocator;
  private final PhysicalMemory memory;
  private final Ram ram;
  private final NodeCounts counts;
  private final TreeMap<Integer, PageCache> byHandle = new TreeMap<>();
  private final Map<Path, PageCache> byPath = new TreeMap<>();
  private final List<PageCache> devices = new ArrayList<>();
  private @Nullable PageCache[] table = new PageCache[FIRST_HANDLE + 1];
  private int nextHandle = FIRST_HANDLE;
  private final ShadowNodes shadowNodes;
  private final Disk disk;
  private final BufferHeads buffers;
  private final Flusher flusher = new Flusher(this);
  private final DirtyThrottle throttle = new DirtyThrottle(this);
  private PageCleaner cleaner;
  private PageLru lru = PageLru.NONE;
  private ShmemSwap swap = ShmemSwap.NONE;

  /** The caches of a machine that has no file open yet. */
  public PageCaches(
      PageAllocator allocator,
      PhysicalMemory memory,
      Ram ram,
      NodeCounts counts,
      BufferHeads buffers) {
    this.buffers = buffers;
    this.allocator = allocator;
    this.memory = memory;
    this.ram = ram;
    this.counts = counts;
    this.disk = new Disk(memory.clock(), memory.faults());
    this.shadowNodes = new ShadowNodes(memory, counts);
    this.cleaner = (cpu, pfn) -> memory.map().mapcount(pfn) == 0;
  }

  PageAllocator allocator() {
    return allocator;
  }

  PhysicalMemory memory() {
    return memory;
  }

  MemMap map() {
    return memory.map();
  }

  Ram ram() {
    return ram;
  }

  NodeCounts counts() {
    return counts;
  }

  /** The machine's time. */
  public VirtualClock clock() {
    return memory.clock();
  }

  /** The device of the host's files. */
  public Disk disk() {
    return disk;
  }

  /** The buffers of pages. */
  public BufferHeads buffers() {
    return buffers;
  }

  /** Who writes dirty pages in the background. */
  public Flusher flusher() {
    return flusher;
  }

  /** Who lets writers wait. */
  public DirtyThrottle throttle() {
    return throttle;
  }

  /** Nodes of indexes that have shadows only. */
  public ShadowNodes shadowNodes() {
    return shadowNodes;
  }

  /** Who takes the right to write a page from all who map it. */
  PageCleaner cleaner() {
    return cleaner;
  }

  /** Says who takes the right to write a page from all who map it. */
  public void cleaner(PageCleaner entries) {
    cleaner = entries;
  }

  /** Where shared memory is swapped to. */
  ShmemSwap swap() {
    return swap;
  }

  /** Says where shared memory is swapped to. */
  public void swap(ShmemSwap space) {
    swap = space;
  }

  /** Who keeps lists of user pages. */
  public PageLru lru() {
    return lru;
  }

  /** Says, before there is a page, who keeps lists of them. */
  public void lru(PageLru keeper) {
    lru = keeper;
  }

  /**
   * Opens a file of the host, which must exist. All who open it share one cache.
   *
   * @param write whether it is opened for writing too
   * @throws IOException if the host refuses
   */
  public HostFile open(Path path, boolean write) throws IOException {
    return open(path, path.toString(), write);
  }

  /**
   * The same, for processes that know the file by another name.
   *
   * @param name what {@code /proc/PID/maps} shows
   */
  public synchronized HostFile open(Path path, String name, boolean write) throws IOException {
    Path real = path.toRealPath();
    PageCache cache = byPath.get(real);
    if (cache == null) {
      boolean writable = Files.isWritable(real);
      Set<OpenOption> options =
          writable
              ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE)
              : Set.of(StandardOpenOption.READ);
      cache = add(new HostStore(FileChannel.open(real, options)));
      byPath.put(real, cache);
    }
    if (write && !Files.isWritable(real)) {
      throw new IOException(path + " is not writable");
    }
    return new HostFile(cache, name, write);
  }

  /**
   * Opens a file of the host as a disk, past any file system: its pages are Buffers. All who open
   * it so share one cache.
   *
   * @throws IOException if the host refuses, or the file is open as a file
   */
  public synchronized HostFile openDevice(Path path, String name, boolean write)
      throws IOException {
    Path real = path.toRealPath();
    PageCache open = byPath.get(real);
    if (open != null && !devices.contains(open)) {
      throw new IOException(path + " is open as a file");
    }
    HostFile file = open(path, name, write);
    if (open == null) {
      file.cache().buffers().becomeDevice();
      devices.add(file.cache());
    }
    return file;
  }

  /** Pages of disks in memory: {@code nr_blockdev_pages}. */
  public synchronized long devicePages() {
    long pages = 0;
    for (PageCache cache : devices) {
      pages += cache.nrPages();
    }
    return pages;
  }

  /** Shared memory without a name: {@code shmem_zero_setup}. It goes with its last area. */
  public ShmemFile sharedMemory(long inode, long bytes) {
    return new ShmemFile(this, add(new MemoryStore(bytes)), "/dev/zero (deleted)", inode);
  }

  /**
   * A file of which nothing is known but its name and perhaps its size: its pages hold nothing.
   *
   * @param bytes {@link AssumedFile#UNKNOWN_BYTES} if nobody knows
   * @param resident whether all its pages are taken to be in memory
   */
  public AssumedFile assumed(String name, long bytes, boolean resident) {
    return new AssumedFile(this, add(new AssumedStore(bytes, resident)), name, true);
  }

  /** Pages that the kernel shows to each process, one by one: {@code special_mapping_vmops}. */
  public AssumedFile special(String name, int pages) {
    long bytes = (long) pages << PageTableLayout.PAGE_SHIFT;
    return new AssumedFile(this, add(new AssumedStore(bytes, true)), name, false);
  }

  /** Memory with a name and a descriptor: {@code memfd_create(2)}. */
  public ShmemFile memfd(String name) {
    PageCache cache = add(new MemoryStore(0));
    return new ShmemFile(this, cache, "/memfd:" + name + " (deleted)", cache.handle());
  }

  private synchronized PageCache add(BackingStore store) {
    PageCache cache = new PageCache(this, nextHandle++, store);
    byHandle.put(cache.handle(), cache);
    if (cache.handle() >= table.length) {
      table = Arrays.copyOf(table, 2 * table.length);
    }
    table[cache.handle()] = cache;
    return cache;
  }

  /** Nobody can open the file again: all its pages go, and the cache. */
  void remove(Cpu cpu, PageCache cache) {
    cache.truncation().removeFrom(cpu, 0, Long.MAX_VALUE);
    synchronized (this) {
      byHandle.remove(cache.handle());
      table[cache.handle()] = null;
    }
  }

  /** The cache that a frame belongs to by its {@link MemMap#mapping}. */
  public PageCache of(int pfn) {
    return Objects.requireNonNull(table[memory.map().mapping(pfn)]);
  }

  /** The cache of a handle, or null if there is none, or none any more. */
  public @Nullable PageCache find(int handle) {
    @Nullable PageCache[] now = table;
    return handle > 0 && handle < now.length ? now[handle] : null;
  }

  /**
   * Lets a page of a cache move to another frame, if it can, which takes its place there; nobody
   * finds it meanwhile. One that is being written stays.
   *
   * @param move moves it, descriptor included; false: it cannot
   * @return whether it moved
   */
  public boolean migrate(PageCache cache, int pfn, int to, BooleanSupplier move) {
    synchronized (cache) {
      boolean written = (PageState.flags(memory.map().state(pfn)) & PageState.WRITEBACK) != 0;
      boolean there = !written && memory.map().mapping(pfn) == cache.handle();
      boolean moved = there && move.getAsBoolean();
      if (moved) {
        cache.replace(to);
        buffers.moved(to);
      }
      return moved;
    }
  }

  /** All caches, the oldest first. */
  public synchronized List<PageCache> all() {
    return new ArrayList<>(byHandle.values());
  }

  /**
   * Gives up what is clean and mapped nowhere, and writes nothing: {@code drop_pagecache_sb}.
   *
   * @return how many pages went
   */
  public long drop(Cpu cpu) {
    long dropped = 0;
    lru.drain(cpu);
    for (PageCache cache : all()) {
      dropped += cache.truncation().drop(cpu, 0, Long.MAX_VALUE);
    }
    return dropped;
  }
}
