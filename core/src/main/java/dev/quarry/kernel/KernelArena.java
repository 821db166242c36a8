package dev.quarry.kernel;

import dev.quarry.machine.Cpu;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * An arena over kmalloc: frees, when it is closed, all that it gave. After that each access to one
 * of its segments throws; so does each access from another thread.
 *
 * <pre>{@code
 * try (KernelArena arena = new KernelArena(machine, cpu, Gfp.GFP_KERNEL)) {
 *   MemorySegment name = arena.allocateFrom("vm_area_struct");
 * }
 * }</pre>
 *
 * <p>It must be closed before the machine.
 */
public final class KernelArena implements Arena {
  private static final int FIRST_ROOM = 8;

  private final Arena scope = Arena.ofConfined();
  private final SlabSegments segments;
  private long[] given = new long[FIRST_ROOM];
  private int count;

  /**
   * An arena of a machine.
   *
   * @param cpu which the calling thread may use
   * @param gfp bits of {@link dev.quarry.physical.Gfp} for each request; with ZERO segments are
   *     cleared
   * @throws IllegalStateException if another thread holds the CPU
   */
  public KernelArena(Machine machine, Cpu cpu, int gfp) {
    segments = new SlabSegments(machine, cpu, gfp, scope);
  }

  /**
   * Allocates a segment: {@link SlabSegments#allocate(long, long)}.
   *
   * @throws IllegalStateException if the arena is closed
   */
  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    if (!scope.scope().isAlive()) {
      throw new IllegalStateException("the arena is closed");
    }
    MemorySegment segment = segments.allocate(byteSize, byteAlignment);
    if (byteSize > 0) {
      if (count == given.length) {
        given = Arrays.copyOf(given, 2 * count);
      }
      given[count++] = segments.addressOf(segment);
    }
    return segment;
  }

  @Override
  public MemorySegment.Scope scope() {
    return scope.scope();
  }

  /** How many blocks it holds. */
  public long live() {
    return count;
  }

  /**
   * Frees all of it, the last first.
   *
   * @throws IllegalStateException if it is closed already, or one of its segments is in use by a
   *     native function
   * @throws WrongThreadException in another thread than the one that made it
   */
  @Override
  public void close() {
    scope.close(); // first: nobody can use a segment any more
    while (count > 0) {
      segments.free(given[--count]);
    }
  }
}
