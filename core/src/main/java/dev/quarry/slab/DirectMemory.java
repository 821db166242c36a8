package dev.quarry.slab;

import dev.quarry.machine.Host;
import dev.quarry.machine.Ram;
import dev.quarry.physical.DirectMap;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * RAM by the kernel's own addresses, those of the direct map: what {@code *(u64 *) p} does with a
 * pointer that kmalloc returned. Each access checks its address with one comparison.
 */
public final class DirectMemory {
  private final long base;
  private final long bytes;
  private final long lastLong;

  /** What to add to a kernel address to get the host's. */
  private final long delta;

  DirectMemory(Ram ram, DirectMap directMap) {
    this.base = directMap.base();
    this.bytes = directMap.bytes();
    this.lastLong = bytes - Long.BYTES;
    this.delta = ram.base() - base;
  }

  /** The 8 bytes at an address, in the host's byte order. */
  public long getLong(long address) {
    return Host.getLong(hostOfLong(address));
  }

  /** Stores 8 bytes. */
  public void putLong(long address, long value) {
    Host.putLong(hostOfLong(address), value);
  }

  /** The byte at an address. */
  public byte getByte(long address) {
    return Host.getByte(host(address, Byte.BYTES));
  }

  /** Stores a byte. */
  public void putByte(long address, byte value) {
    Host.putByte(host(address, Byte.BYTES), value);
  }

  /** Fills {@code length} bytes. */
  public void fill(long address, long length, byte value) {
    Host.fill(host(address, length), length, value);
  }

  /** Copies {@code length} bytes; the ranges must not overlap. */
  public void copy(long from, long to, long length) {
    Host.copy(host(from, length), host(to, length), length);
  }

  /** A view of {@code length} bytes at an address; valid until the machine closes. */
  public MemorySegment segment(long address, long length) {
    return Host.segment(host(address, length), length);
  }

  /** Whether the direct map shows {@code length} bytes at an address. */
  public boolean contains(long address, long length) {
    long offset = address - base;
    return offset >= 0 && length >= 0 && offset <= bytes - length;
  }

  /** The physical address behind a kernel address that the caller has checked or does check. */
  long physical(long address) {
    return address - base;
  }

  /** The host's address of a kernel address that needs no check: this package wrote it. */
  long trusted(long address) {
    return Host.address(address + delta);
  }

  private long hostOfLong(long address) {
    return Long.compareUnsigned(address - base, lastLong) <= 0
        ? Host.address(address + delta)
        : host(address, Long.BYTES);
  }

  private long host(long address, long length) {
    if (!contains(address, length)) {
      throw new IndexOutOfBoundsException(
          String.format(
              Locale.ROOT,
              "address 0x%x + %d is not in the direct map 0x%x to 0x%x",
              address,
              length,
              base,
              base + bytes - 1));
    }
    return Host.address(address + delta);
  }
}
