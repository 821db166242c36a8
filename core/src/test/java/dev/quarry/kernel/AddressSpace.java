package dev.quarry.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** This process's address space: how large it is, and a limit on it for a while. Linux only. */
final class AddressSpace {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int RLIMIT_AS = 9;
  private static final long PAGE = 4096;
  private static final MethodHandle GET = function("getrlimit", ValueLayout.JAVA_INT);
  private static final MethodHandle SET = function("setrlimit", ValueLayout.JAVA_INT);
  private static final MethodHandle MINCORE =
      function("mincore", ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);

  private AddressSpace() {}

  /** Work that may fail in any way. */
  interface Work {
    void run() throws Throwable;
  }

  /** A C function that takes some numbers and a pointer. */
  private static MethodHandle function(String name, MemoryLayout... numbers) {
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_INT, numbers);
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name), type.appendArgumentLayouts(ValueLayout.ADDRESS));
  }

  static boolean isKnown() {
    return Files.isReadable(STATUS);
  }

  /** The size of all mappings in bytes: VmSize. */
  static long bytes() throws IOException {
    return status("VmSize:");
  }

  private static long status(String name) throws IOException {
    try (BufferedReader in = Files.newBufferedReader(STATUS)) {
      String line = in.lines().filter(l -> l.startsWith(name)).findFirst().orElseThrow();
      return kib(line);
    }
  }

  private static long kib(String line) {
    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
  }

  /** How many bytes of {@code [address, address + bytes)} the host has in RAM: mincore(2). */
  static long inRam(long address, long bytes) throws Throwable {
    int pages = (int) (bytes / PAGE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment resident = arena.allocate(pages);
      check((int) MINCORE.invokeExact(address, pages * PAGE, resident));
      long count = 0;
      for (long i = 0; i < pages; i++) {
        count += resident.get(ValueLayout.JAVA_BYTE, i) & 1;
      }
      return count * PAGE;
    }
  }

  /** Does some work while the address space may grow by at most {@code more} bytes. */
  static void within(long more, Work work) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limits = arena.allocate(ValueLayout.JAVA_LONG, 2);
      check((int) GET.invokeExact(RLIMIT_AS, limits));
      long before = limits.get(ValueLayout.JAVA_LONG, 0);
      limits.set(ValueLayout.JAVA_LONG, 0, bytes() + more);
      check((int) SET.invokeExact(RLIMIT_AS, limits));
      try {
        work.run();
      } finally {
        limits.set(ValueLayout.JAVA_LONG, 0, before);
        check((int) SET.invokeExact(RLIMIT_AS, limits));
      }
    }
  }

  private static void check(int result) {
    if (result != 0) {
      throw new IllegalStateException("the system call failed");
    }
  }
}
