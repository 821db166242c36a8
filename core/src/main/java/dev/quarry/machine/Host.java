package dev.quarry.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Loads and stores at host addresses. There is no check here: each caller owns a reservation and
 * checks its own index first, once.
 */
public final class Host {
  private static final VarHandle SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.varHandle();
  private static final VarHandle INT = ValueLayout.JAVA_INT_UNALIGNED.varHandle();
  private static final VarHandle LONG = ValueLayout.JAVA_LONG_UNALIGNED.varHandle();
  private static final VarHandle ALIGNED_LONG = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle ALIGNED_INT = ValueLayout.JAVA_INT.varHandle();

  /** User addresses of 64-bit hosts are below. */
  private static final long ADDRESS_MASK = (1L << 56) - 1;

  private Host() {}

  /**
   * The same address, of which the compiler now knows that it is not negative: it leaves out the
   * check of each access at a small constant distance from it.
   */
  public static long address(long address) {
    return address & ADDRESS_MASK;
  }

  /** The byte at {@code address}. */
  public static byte getByte(long address) {
    return HostMemory.ALL.get(ValueLayout.JAVA_BYTE, address);
  }

  /** Stores a byte at {@code address}. */
  public static void putByte(long address, byte value) {
    HostMemory.ALL.set(ValueLayout.JAVA_BYTE, address, value);
  }

  /** The 2 bytes at {@code address}, in the host's byte order. */
  public static short getShort(long address) {
    return (short) SHORT.get(HostMemory.ALL, address);
  }

  /** Stores 2 bytes at {@code address}. */
  public static void putShort(long address, short value) {
    SHORT.set(HostMemory.ALL, address, value);
  }

  /** The 4 bytes at {@code address}, in the host's byte order. */
  public static int getInt(long address) {
    return (int) INT.get(HostMemory.ALL, address);
  }

  /** Stores 4 bytes at {@code address}. */
  public static void putInt(long address, int value) {
    INT.set(HostMemory.ALL, address, value);
  }

  /** The 8 bytes at {@code address}, in the host's byte order. */
  public static long getLong(long address) {
    return (long) LONG.get(HostMemory.ALL, address);
  }

  /** Stores 8 bytes at {@code address}. */
  public static void putLong(long address, long value) {
    LONG.set(HostMemory.ALL, address, value);
  }

  /**
   * Stores 8 bytes at {@code address}, a multiple of 8, if the expected ones are there; atomic, and
   * ordered with all other such stores.
   */
  public static boolean compareAndSetLong(long address, long expected, long value) {
    return ALIGNED_LONG.compareAndSet(HostMemory.ALL, address, expected, value);
  }

  /** The same for 4 bytes at a multiple of 4. */
  public static boolean compareAndSetInt(long address, int expected, int value) {
    return ALIGNED_INT.compareAndSet(HostMemory.ALL, address, expected, value);
  }

  /** Fills {@code bytes} bytes. */
  public static void fill(long address, long bytes, byte value) {
    HostMemory.ALL.asSlice(address, bytes).fill(value);
  }

  /** Copies {@code bytes} bytes; the ranges must not overlap. */
  public static void copy(long from, long to, long bytes) {
    MemorySegment.copy(HostMemory.ALL, from, HostMemory.ALL, to, bytes);
  }

  /** A view of {@code bytes} bytes at {@code address}, as long as its reservation lives. */
  public static MemorySegment segment(long address, long bytes) {
    return HostMemory.ALL.asSlice(address, bytes);
  }
}
