package dev.quarry.observe;

import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.Reclaim;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.virtual.KernelSpace;
import dev.quarry.virtual.space.AddressSpaces;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the files of a machine are read from. A machine makes most of it when it is asked for.
 *
 * @param space the kernel's half of the address range, or null if it was not built yet
 * @param slab the object allocator, or null if it was not made yet
 * @param hugePages the settings of huge pages
 * @param spaces what all address spaces share, or null if there was no process yet
 * @param processes the address space of a process by its number, or null
 * @param reclaim who keeps lists and swap, or null if there was no process yet
 */
public record ProcSources(
    PhysicalMemory memory,
    @Nullable KernelSpace space,
    @Nullable SlabAllocator slab,
    HugePageSettings hugePages,
    @Nullable AddressSpaces spaces,
    IntFunction<@Nullable MmStruct> processes,
    @Nullable Reclaim reclaim) {

  /** Of a machine without processes. */
  static ProcSources of(
      PhysicalMemory memory, @Nullable KernelSpace space, @Nullable SlabAllocator slab) {
    var hugePages = new HugePageSettings(memory.spec().hugePages());
    return new ProcSources(memory, space, slab, hugePages, null, pid -> null, null);
  }
}
