package dev.quarry.kernel;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.cache.FileIo;
import dev.quarry.virtual.cache.FileRa;
import dev.quarry.virtual.cache.PageCaches;
import dev.quarry.virtual.fault.UserMemory;
import dev.quarry.virtual.fault.UserPages;
import dev.quarry.virtual.space.Errno;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of a process on its open files (fs/read_write.c, fs/sync.c, mm/fadvise.c, 6.18).
 * Arguments are what registers hold; results are numbers, or negated error numbers.
 */
public final class FileCalls {
  public static final int SEEK_SET = 0;
  public static final int SEEK_CUR = 1;
  public static final int SEEK_END = 2;

  public static final int FADV_NORMAL = 0;
  public static final int FADV_RANDOM = 1;
  public static final int FADV_SEQUENTIAL = 2;
  public static final int FADV_WILLNEED = 3;
  public static final int FADV_DONTNEED = 4;
  public static final int FADV_NOREUSE = 5;

  public static final int SYNC_FILE_RANGE_WAIT_BEFORE = 1;
  public static final int SYNC_FILE_RANGE_WRITE = 2;
  public static final int SYNC_FILE_RANGE_WAIT_AFTER = 4;

  public static final int FALLOC_FL_KEEP_SIZE = 1;
  public static final int FALLOC_FL_PUNCH_HOLE = 2;

  /** What an index of 32 bits reaches. */
  private static final long MOST_BYTES = 1L << 44;

  /** MAX_RW_COUNT. */
  private static final long MOST_AT_ONCE = 0x7FFF_F000L;

  private static final int SHIFT = PageTableLayout.PAGE_SHIFT;
  private static final long PAGE = PageTableLayout.PAGE_SIZE;

  private final Cpu cpu;
  private final Process process;
  private final UserPages pages;
  private final PageCaches caches;

  /** Calls of a process that runs on a CPU, which the calling thread may use. */
  public FileCalls(Cpu cpu, Process process) {
    this.cpu = cpu;
    this.process = process;
    this.pages = process.pages();
    this.caches = pages.caches();
  }

  private @Nullable CachedFile file(int fd) {
    return process.file(fd) instanceof CachedFile file ? file : null;
  }

  /** read(2). */
  public long read(int fd, long address, long bytes) {
    CachedFile file = file(fd);
    return file == null
        ? -Errno.EBADF
        : moved(file, pread(fd, address, bytes, file.open().position()));
  }

  /** write(2). */
  public long write(int fd, long address, long bytes) {
    CachedFile file = file(fd);
    return file == null
        ? -Errno.EBADF
        : moved(file, pwrite(fd, address, bytes, file.open().position()));
  }

  private static long moved(CachedFile file, long result) {
    if (result > 0) {
      file.open().position(file.open().position() + result);
    }
    return result;
  }

  /** pread64(2). */
  public long pread(int fd, long address, long bytes, long offset) {
    CachedFile file = file(fd);
    if (file == null || !file.isReadable()) {
      return -Errno.EBADF;
    }
    long error = refused(bytes, offset);
    if (error != 0) {
      return error;
    }
    UserMemory memory = pages.memory();
    FileIo.Mover toUser =
        (done, part) -> memory.copyToUser(cpu, process.mm(), address + done, part, false);
    long most = Math.min(bytes, MOST_AT_ONCE);
    return process.run(cpu, () -> new FileIo(caches).read(cpu, file, offset, most, toUser));
  }

  /** pwrite64(2). */
  public long pwrite(int fd, long address, long bytes, long offset) {
    CachedFile file = file(fd);
    if (file == null || !file.isWritable()) {
      return -Errno.EBADF;
    }
    long error = refused(bytes, offset);
    if (error != 0) {
      return error;
    }
    long most = Math.min(Math.min(bytes, MOST_AT_ONCE), MOST_BYTES - offset);
    if (most <= 0 && bytes > 0) {
      return -Errno.EFBIG;
    }
    UserMemory memory = pages.memory();
    FileIo.Mover fromUser =
        (done, part) -> memory.copyFromUser(cpu, process.mm(), part, address + done, false);
    return process.run(cpu, () -> new FileIo(caches).write(cpu, file, offset, most, fromUser));
  }

  private static long refused(long bytes, long offset) {
    return bytes < 0 || offset < 0 || offset + bytes < 0 ? -Errno.EINVAL : 0;
  }

  /** lseek(2): where the next read or write begins. */
  public long lseek(int fd, long offset, long whence) {
    CachedFile file = file(fd);
    if (file == null) {
      return -Errno.EBADF;
    }
    long base =
        switch ((int) whence) {
          case SEEK_SET -> 0;
          case SEEK_CUR -> file.open().position();
          case SEEK_END -> file.cache().bytes();
          default -> -1;
        };
    long place = base + offset;
    if (base < 0 || place < 0 || place > MOST_BYTES) {
      return -Errno.EINVAL;
    }
    file.open().position(place);
    return place;
  }

  /** fsync(2): what is dirty is written; an error of write-back is told once to each opener. */
  public long fsync(int fd) {
    CachedFile file = file(fd);
    return file == null ? -Errno.EBADF : -file.sync(cpu, 0, Long.MAX_VALUE);
  }

  /** sync(2). */
  public void sync() {
    caches.flusher().sync(cpu);
  }

  /** sync_file_range(2). */
  public long syncFileRange(int fd, long offset, long bytes, long flags) {
    long all = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    CachedFile file = file(fd);
    if (file == null) {
      return -Errno.EBADF;
    }
    if ((flags & ~all) != 0 || refused(bytes, offset) != 0) {
      return -Errno.EINVAL;
    }
    if ((flags & SYNC_FILE_RANGE_WAIT_BEFORE) != 0) {
      caches.flusher().waitForAll(cpu);
    }
    if ((flags & SYNC_FILE_RANGE_WRITE) != 0) {
      file.cache().startWriteBack(cpu, offset >>> SHIFT, end(offset, bytes));
    }
    if ((flags & SYNC_FILE_RANGE_WAIT_AFTER) != 0) {
      caches.flusher().waitForAll(cpu);
    }
    return flags == SYNC_FILE_RANGE_WRITE || flags == 0 ? 0 : -file.open().writeError();
  }

  /** The page behind a range; 0 bytes reach to the end of the file. */
  private static long end(long offset, long bytes) {
    return bytes == 0 ? Long.MAX_VALUE : (offset + bytes + PAGE - 1) >>> SHIFT;
  }

  /** posix_fadvise(2). */
  public long fadvise(int fd, long offset, long bytes, long advice) {
    return process.run(cpu, () -> advised(fd, offset, bytes, advice));
  }

  private long advised(int fd, long offset, long bytes, long advice) {
    CachedFile file = file(fd);
    if (file == null) {
      return -Errno.EBADF;
    }
    if (bytes < 0) {
      return -Errno.EINVAL;
    }
    int pages = FileRa.DEFAULT_PAGES;
    switch ((int) advice) {
      case FADV_NORMAL -> file.readAhead().advise(pages, false);
      case FADV_RANDOM -> file.readAhead().advise(pages, true);
      case FADV_SEQUENTIAL -> file.readAhead().advise(2 * pages, false);
      case FADV_WILLNEED -> {
        if (!file.isShmem()) {
          long end = Math.min(end(offset, bytes), file.cache().filePages());
          file.cache().ahead().force(cpu, offset >>> SHIFT, end);
        }
      }
      case FADV_DONTNEED -> dontNeed(file, offset, bytes);
      case FADV_NOREUSE -> {
        // Reclaim asks each page whether it was used.
      }
      default -> {
        return -Errno.EINVAL;
      }
    }
    return 0;
  }

  /** Dirty pages are written first; pages that are in the range in part only stay. */
  private void dontNeed(CachedFile file, long offset, long bytes) {
    file.cache().startWriteBack(cpu, offset >>> SHIFT, end(offset, bytes));
    long first = (offset + PAGE - 1) >>> SHIFT;
    boolean toEnd = bytes == 0 || offset + bytes == file.cache().bytes();
    caches.lru().drain(cpu); // what waits in a batch is held
    file.cache().truncation().drop(cpu, first, toEnd ? Long.MAX_VALUE : (offset + bytes) >>> SHIFT);
  }

  /** fallocate(2): bytes at the end, or a hole of whole pages. */
  public long fallocate(int fd, long mode, long offset, long bytes) {
    boolean hole = mode == (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
    CachedFile file = file(fd);
    if (file == null) {
      return -Errno.EBADF;
    }
    if (offset < 0 || bytes <= 0) {
      return -Errno.EINVAL;
    }
    if (mode != 0 && !hole) {
      return -Errno.EOPNOTSUPP;
    }
    if (!file.isWritable()) {
      return -Errno.EBADF;
    }
    if (offset + bytes < 0 || offset + bytes > MOST_BYTES) {
      return -Errno.EFBIG;
    }
    if (hole) {
      boolean whole = ((offset | bytes) & PAGE - 1) == 0;
      return whole
          ? pages.punch(cpu, file, offset >>> SHIFT, (offset + bytes) >>> SHIFT)
          : -Errno.EOPNOTSUPP;
    }
    boolean grows = offset + bytes > file.cache().bytes();
    return grows ? pages.truncate(cpu, file, offset + bytes) : 0;
  }
}
