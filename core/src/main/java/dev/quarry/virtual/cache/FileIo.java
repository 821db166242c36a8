package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.PageAllocator;
import dev.quarry.virtual.space.Errno;
import java.lang.foreign.MemorySegment;

/**
 * read(2) and write(2) through the page cache: {@code filemap_read}, {@code generic_perform_write}
 * (mm/filemap.c, 6.18).
 *
 * <pre>
 *   write of 4000 to 9000:   [ read, a part changes | made, not read | read unless behind the end ]
 * </pre>
 */
public final class FileIo {
  private static final long PAGE = PageCache.PAGE;

  private final PageCaches all;
  private final PageAllocator allocator;
  private final MemorySegment buffer = MemorySegment.ofArray(new byte[(int) PAGE]);

  /** Moves bytes between a page, or a part of it, and a process. */
  @FunctionalInterface
  public interface Mover {
    /** Moves bytes; how many could not be: the process has no memory there. */
    long move(long doneBytes, MemorySegment part);
  }

  /** One call's reads and writes. */
  public FileIo(PageCaches all) {
    this.all = all;
    this.allocator = all.allocator();
  }

  /**
   * Reads.
   *
   * @return bytes that were read, 0 at the end of the file, or a negated {@link Errno}
   */
  public long read(Cpu cpu, CachedFile file, long offset, long bytes, Mover mover) {
    PageCache cache = file.cache();
    FileRa ahead = file.readAhead();
    long done = 0;
    int error = 0;
    while (done < bytes && offset + done < cache.bytes()) {
      all.lru().boundary(cpu);
      long at = offset + done;
      long index = at >>> PageCache.SHIFT;
      int pfn = readPage(cpu, cache, ahead, index, pages(offset + bytes) - index);
      if (pfn < 0) {
        error = errno(pfn);
        break;
      }
      long end = Math.min(Math.min(offset + bytes, cache.bytes()), (index + 1) << PageCache.SHIFT);
      long length = Math.max(0, end - at);
      long left = mover.move(done, cache.bytes(pfn, PAGE).asSlice(at & (PAGE - 1), length));
      if (ahead.previousBytes() < 0 || (ahead.previousBytes() - 1) >>> PageCache.SHIFT != index) {
        all.lru().accessed(cpu, pfn); // not again for each part of a page that is read in parts
      }
      allocator.freePage(cpu, pfn);
      done += length - left;
      ahead.readUntil(offset + done);
      if (left > 0 || length == 0) {
        error = left > 0 ? -Errno.EFAULT : 0;
        break;
      }
    }
    return done > 0 ? done : error;
  }

  private static long pages(long bytes) {
    return (bytes + PAGE - 1) >>> PageCache.SHIFT;
  }

  private static int readPage(Cpu cpu, PageCache cache, FileRa ahead, long index, long wanted) {
    if (!cache.isShmem() && !cache.has(index)) {
      cache.ahead().read(cpu, ahead.onMiss(cache.ahead(), index, wanted));
    }
    int pfn = cache.read(cpu, index);
    if (pfn >= 0 && cache.ahead().takeMark(index)) {
      cache.ahead().read(cpu, ahead.onMark(cache.ahead(), index, wanted));
    }
    return pfn;
  }

  static int errno(int code) {
    return switch (code) {
      case PageCache.NO_MEMORY -> -Errno.ENOMEM;
      case PageCache.NO_SPACE -> -Errno.ENOSPC;
      default -> -Errno.EIO;
    };
  }

  /**
   * Writes; the file becomes longer if it must. What was written is dirty.
   *
   * @return bytes that were written, or a negated {@link Errno}
   */
  public long write(Cpu cpu, CachedFile file, long offset, long bytes, Mover mover) {
    PageCache cache = file.cache();
    long done = 0;
    while (done < bytes) {
      all.lru().boundary(cpu);
      long at = offset + done;
      long length = Math.min(bytes - done, PAGE - (at & (PAGE - 1)));
      MemorySegment part = buffer.asSlice(0, length);
      long got = length - mover.move(done, part);
      long error = got == 0 ? -Errno.EFAULT : writePart(cpu, cache, at, part.asSlice(0, got));
      if (error != 0) {
        return done > 0 ? done : error;
      }
      done += got;
      all.throttle().balance(cpu);
      if (got < length) {
        break;
      }
    }
    return done;
  }

  private long writePart(Cpu cpu, PageCache cache, long at, MemorySegment part) {
    long end = at + part.byteSize();
    long size = cache.bytes();
    if (end > size) {
      int grown = cache.truncation().grow(cpu, end);
      if (grown != 0) {
        return errno(grown);
      }
    }
    int pfn = pageToWrite(cpu, cache, at, part, size);
    if (pfn < 0) {
      cache.truncation().shrinkBack(cpu, size, end);
      return errno(pfn);
    }
    synchronized (cache) {
      cache.bytes(pfn, PAGE).asSlice(at & (PAGE - 1), part.byteSize()).copyFrom(part);
      cache.markDirty(pfn);
    }
    all.lru().accessed(cpu, pfn);
    allocator.freePage(cpu, pfn);
    return 0;
  }

  /** The page that a part of a page is written to, with buffers and a reference for the caller. */
  private int pageToWrite(Cpu cpu, PageCache cache, long at, MemorySegment part, long size) {
    long index = at >>> PageCache.SHIFT;
    boolean whole = part.byteSize() == PAGE || index << PageCache.SHIFT >= size;
    int pfn =
        whole && !cache.isShmem()
            ? cache.make(cpu, index, part, at & (PAGE - 1))
            : cache.read(cpu, index);
    if (pfn >= 0 && !cache.buffers().add(cpu, pfn)) {
      allocator.freePage(cpu, pfn);
      all.lru().drain(cpu);
      cache.truncation().drop(cpu, index, index + 1); // a new one has what is not to be written
      return PageCache.NO_MEMORY;
    }
    return pfn;
  }
}
