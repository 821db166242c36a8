package dev.quarry.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Locale;

/**
 * Address ranges reserved from the host's operating system with mmap(2): private, anonymous and not
 * counted against the host's commit limit. They read as zeros, and only pages that were touched
 * cost memory, so that a terabyte can be reserved in microseconds.
 */
public final class HostMemory implements AutoCloseable {
  private static final int PROT_READ_WRITE = 0x3;
  private static final int MAP_PRIVATE = 0x2;
  private static final int LINUX_ANONYMOUS_NORESERVE = 0x20 | 0x4000;
  private static final int MACOS_ANONYMOUS_NORESERVE = 0x1000 | 0x40;
  private static final long MAP_FAILED = -1L;
  private static final int MADV_HUGEPAGE = 14;

  /**
   * All of the process's addresses as one segment. A static final segment is the one form that the
   * JIT compiles to plain loads and stores; who uses it must check addresses first.
   */
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private final String purpose;
  private final long bytes;
  private long base;

  private HostMemory(String purpose, long bytes, long base) {
    this.purpose = purpose;
    this.bytes = bytes;
    this.base = base;
  }

  /**
   * Reserves a range.
   *
   * @param purpose what it is for, for messages
   * @param bytes its size, more than 0
   * @throws OutOfMemoryError if the host refuses
   */
  public static HostMemory reserve(String purpose, long bytes) {
    long address = Native.mmap(bytes, MAP_PRIVATE | anonymousNoReserve());
    if (address == MAP_FAILED) {
      throw new OutOfMemoryError(
          "the host refused to reserve "
              + bytes
              + " bytes of address space for "
              + purpose
              + " (errno "
              + Native.lastErrno
              + ")");
    }
    return new HostMemory(purpose, bytes, address);
  }

  /**
   * Asks the host to back the range with huge pages as it is touched, which saves misses of its TLB
   * and costs memory where little is touched. Only Linux is asked, and it may refuse.
   */
  public void preferHugePages() {
    if (isLinux()) {
      Native.madvise(base, bytes, MADV_HUGEPAGE);
    }
  }

  private static boolean isLinux() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
  }

  private static int anonymousNoReserve() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    if (isLinux()) {
      return LINUX_ANONYMOUS_NORESERVE;
    }
    if (os.contains("mac")) {
      return MACOS_ANONYMOUS_NORESERVE;
    }
    throw new UnsupportedOperationException(
        "Quarry reserves memory with mmap(2), which it knows on Linux and macOS, not on " + os);
  }

  /** The host address of the first byte. */
  public long base() {
    return base;
  }

  /** The size of the range in bytes. */
  public long bytes() {
    return bytes;
  }

  /** Gives the range back to the host. Nothing may use its addresses any more. */
  @Override
  public synchronized void close() {
    if (base != 0) {
      Native.munmap(base, bytes);
      base = 0;
    }
  }

  @Override
  public String toString() {
    return purpose + ": " + bytes + " bytes";
  }

  /** The native functions, linked when first used. */
  private static final class Native {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
        STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle MMAP =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("mmap"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG),
            Linker.Option.captureCallState("errno"));
    private static final MethodHandle MUNMAP =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("munmap"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

    private static final MethodHandle MADVISE =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("madvise"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));

    private static volatile int lastErrno;

    private static long mmap(long bytes, int flags) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(STATE);
        long address = (long) MMAP.invokeExact(state, 0L, bytes, PROT_READ_WRITE, flags, -1, 0L);
        lastErrno = (int) ERRNO.get(state, 0L);
        return address;
      } catch (Throwable t) {
        throw new IllegalStateException("mmap could not be called", t);
      }
    }

    private static void munmap(long address, long bytes) {
      try {
        int ignored = (int) MUNMAP.invokeExact(address, bytes);
      } catch (Throwable t) {
        throw new IllegalStateException("munmap could not be called", t);
      }
    }

    private static void madvise(long address, long bytes, int advice) {
      try {
        int ignored = (int) MADVISE.invokeExact(address, bytes, advice);
      } catch (Throwable t) {
        throw new IllegalStateException("madvise could not be called", t);
      }
    }
  }
}
