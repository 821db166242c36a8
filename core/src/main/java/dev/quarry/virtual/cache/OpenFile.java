package dev.quarry.virtual.cache;

/** One open of a file: {@code f_pos} and {@code f_wb_err} of {@code struct file}. */
public final class OpenFile {
  private final ErrSeq errors;
  private long positionBytes;
  private long told;

  OpenFile(PageCache cache) {
    errors = cache.writeBack().errors();
    told = errors.sample();
  }

  /** Where the next read or write without an offset begins. */
  public synchronized long position() {
    return positionBytes;
  }

  /** {@code lseek(2)} to a place that was checked. */
  public synchronized void position(long bytes) {
    positionBytes = bytes;
  }

  /**
   * The error of write-back since this was asked the last time, or 0: {@code
   * file_check_and_advance_wb_err}.
   */
  public synchronized int writeError() {
    int errno = errors.check(told);
    told = errno == 0 ? told : errors.now();
    return errno;
  }
}
