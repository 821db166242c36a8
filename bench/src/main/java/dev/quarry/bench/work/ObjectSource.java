package dev.quarry.bench.work;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Where a benchmark of objects gets them: Quarry in one of its settings, or C through downcalls.
 */
@State(Scope.Benchmark)
public class ObjectSource {
  /** The allocators: Quarry with a CPU in hand, Quarry by thread, C, C with critical downcalls. */
  public static final String IN_HAND = "inHand";

  public static final String BY_THREAD = "byThread";
  public static final String DOWNCALL = "downcall";
  public static final String CRITICAL = "critical";

  /** The C library's own allocator, where others have their library's file. */
  public static final String LIBC = "libc";

  /** Which one. */
  @Param(IN_HAND)
  public String source;

  /** The sizes of Quarry's general caches. */
  @Param("fine")
  public String kmalloc;

  /** Quarry's checks, as letters of {@code slab_debug}. */
  @Param("-")
  public String checks;

  /** The file of the allocator of C. */
  @Param(LIBC)
  public String library;

  private @Nullable ObjectMachine machine;

  /** Boots the machine, if it is Quarry. */
  @Setup(Level.Trial)
  public void boot() {
    boolean quarry = source.equals(IN_HAND) || source.equals(BY_THREAD);
    machine = quarry ? new ObjectMachine("1G", kmalloc, checks) : null;
  }

  /** The allocator for the calling thread. */
  AddressAllocator forThread() {
    return switch (source) {
      case DOWNCALL -> NativeAllocator.of(library, false);
      case CRITICAL -> NativeAllocator.of(library, true);
      case IN_HAND -> Objects.requireNonNull(machine).inHand();
      case BY_THREAD -> Objects.requireNonNull(machine).byThread();
      default -> throw new IllegalArgumentException("there are no objects from " + source);
    };
  }

  /** The calling thread frees nothing more. */
  void threadIsDone() {
    if (machine != null) {
      machine.release();
    }
  }

  /** Checks the machine and gives its memory back. */
  @TearDown(Level.Trial)
  public void close() {
    if (machine != null) {
      machine.close();
    }
  }

  /**
   * Whether a library can be loaded into this JVM: one that wants thread-local storage of its own
   * from the start, as jemalloc does, cannot.
   */
  public static boolean loads(String library) {
    if (library.equals(LIBC)) {
      return true;
    }
    try (Arena arena = Arena.ofConfined()) {
      return SymbolLookup.libraryLookup(Path.of(library), arena).find("malloc").isPresent();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
