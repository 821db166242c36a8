package dev.quarry.bench.work;

import dev.quarry.machine.Host;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** An allocator of C, called from Java: {@code malloc} and {@code free} through downcalls. */
final class NativeAllocator extends AddressAllocator {
  private static String library = ObjectSource.LIBC;
  private static boolean critical;

  /** The functions, in static finals because only those are inlined; linked when first used. */
  private static final class Functions {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LOOKUP =
        library.equals(ObjectSource.LIBC)
            ? LINKER.defaultLookup()
            : SymbolLookup.libraryLookup(Path.of(library), Arena.global());
    private static final MethodHandle MALLOC =
        link("malloc", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE =
        link("free", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

    private static MethodHandle link(String name, FunctionDescriptor type) {
      Linker.Option[] options =
          critical ? new Linker.Option[] {Linker.Option.critical(false)} : new Linker.Option[0];
      return LINKER.downcallHandle(LOOKUP.findOrThrow(name), type, options);
    }
  }

  /**
   * The allocator of a library; one for each JVM.
   *
   * @param fromLibrary its file, or {@link ObjectSource#LIBC}
   * @param asCritical whether calls skip the thread's state change; nobody should, as malloc may
   *     wait, but it is the fastest that a downcall can be
   */
  static NativeAllocator of(String fromLibrary, boolean asCritical) {
    library = fromLibrary;
    critical = asCritical;
    return new NativeAllocator();
  }

  @Override
  long allocate(int bytes, long word) {
    try {
      long address = (long) Functions.MALLOC.invokeExact((long) bytes);
      if (address == 0) {
        throw new IllegalStateException("malloc of " + bytes + " bytes failed");
      }
      Host.putLong(address, word);
      return address;
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable t) {
      throw new IllegalStateException("malloc could not be called", t);
    }
  }

  @Override
  void free(long address) {
    try {
      Functions.FREE.invokeExact(address);
    } catch (Throwable t) {
      throw new IllegalStateException("free could not be called", t);
    }
  }
}
