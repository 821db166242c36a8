package dev.quarry.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A machine's RAM: bytes by physical address, from 0 to the end of the highest range. Holes have
 * addresses but are never handed out. Lazily committed: only frames that were written cost memory.
 */
public final class Ram implements AutoCloseable {
  /**
   * Reserved behind the last byte, so that a structure in RAM that was overwritten, such as a chain
   * of 16-bit numbers, leads to no address of anybody else's.
   */
  private static final long OVERRUN_BYTES = 1L << 20;

  private final HostMemory host;
  private final HostMemory zeroPage;
  private final long base;

  /** Its size; 0 once the host has it back, so that no address is inside. */
  private long bytes;

  private final int pageShift;

  /** Reserves RAM for {@code frames} frames of {@code 1 << pageShift} bytes. */
  public Ram(int frames, int pageShift) {
    this.pageShift = pageShift;
    this.bytes = (long) frames << pageShift;
    this.host = HostMemory.reserve("RAM", bytes + OVERRUN_BYTES);
    try {
      this.zeroPage = HostMemory.reserve("the zero page", 1L << pageShift);
    } catch (Throwable t) {
      host.close();
      throw t;
    }
    this.base = host.base();
  }

  /** Size in bytes, holes included. */
  public long bytes() {
    return bytes;
  }

  /** The 8 bytes at a physical address, in the host's byte order. */
  public long getLong(long physical) {
    return Host.getLong(base + check(physical, Long.BYTES));
  }

  /** Stores 8 bytes at a physical address. */
  public void putLong(long physical, long value) {
    Host.putLong(base + check(physical, Long.BYTES), value);
  }

  /** The 4 bytes at a physical address, in the host's byte order. */
  public int getInt(long physical) {
    return Host.getInt(base + check(physical, Integer.BYTES));
  }

  /** Stores 4 bytes at a physical address. */
  public void putInt(long physical, int value) {
    Host.putInt(base + check(physical, Integer.BYTES), value);
  }

  /** Stores 8 bytes at a multiple of 8 if the expected ones are there; atomic. */
  public boolean compareAndSetLong(long physical, long expected, long value) {
    return Host.compareAndSetLong(base + check(physical, Long.BYTES), expected, value);
  }

  /** Stores 4 bytes at a multiple of 4 if the expected ones are there; atomic. */
  public boolean compareAndSetInt(long physical, int expected, int value) {
    return Host.compareAndSetInt(base + check(physical, Integer.BYTES), expected, value);
  }

  /**
   * The host address of physical address 0, for floors that check addresses themselves before they
   * use {@link Host}.
   */
  public long base() {
    return base;
  }

  /** The host address of the bytes {@code [physical, physical + length)}. */
  public long hostOf(long physical, long length) {
    return Host.address(base + check(physical, length));
  }

  /**
   * The bytes {@code [physical, physical + length)} as a segment; valid until the machine closes.
   */
  public MemorySegment slice(long physical, long length) {
    return Host.segment(base + check(physical, length), length);
  }

  /**
   * The same bytes as a segment that can be used as long as an arena is open; it must be closed
   * before the machine is.
   */
  public MemorySegment slice(long physical, long length, Arena lifetime) {
    return slice(physical, length).reinterpret(lifetime, null);
  }

  /** Clears {@code pages} frames; a copy of a zero page is faster than a fill. */
  public void zeroPages(int pfn, int pages) {
    long size = 1L << pageShift;
    long to = base + check((long) pfn << pageShift, size * pages);
    for (int i = 0; i < pages; i++, to += size) {
      Host.copy(zeroPage.base(), to, size);
    }
  }

  private long check(long physical, long length) {
    if ((physical | length) < 0 || physical > bytes - length) {
      if (bytes == 0) {
        throw new IllegalStateException("the machine is closed");
      }
      throw new IndexOutOfBoundsException(
          "physical address 0x"
              + Long.toHexString(physical)
              + " + "
              + length
              + " is outside of the RAM's "
              + bytes
              + " bytes");
    }
    return physical;
  }

  @Override
  public void close() {
    bytes = 0;
    host.close();
    zeroPage.close();
  }
}
