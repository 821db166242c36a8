package dev.quarry.slab;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way back of an object, found by its address alone:
 *
 * <pre>
 *   address ─► frame ─► descriptor of the frame: a slab's? ─► slab descriptor ─► index of the object
 *      owner is this CPU     its local chain: no lock, no atomic operation
 *      another CPU           its remote chain, by CAS
 *      nobody                the node's lists, their lock held
 * </pre>
 */
final class ObjectFree {
  private final SlabCore core;
  private final MemMap map;
  private final DirectMemory memory;

  ObjectFree(SlabCore core) {
    this.core = core;
    this.map = core.map;
    this.memory = core.memory;
  }

  /** Frees an object that {@link SlabCpu#freeFast} does not, or reports why it cannot be. */
  boolean slow(Cpu cpu, long object, @Nullable KmemCache expected) {
    if (!memory.contains(object, 1)) {
      return core.reports.badPointer(object, "out of range ptr");
    }
    int pfn = core.pfnOf(object);
    if ((map.state(pfn) & PageState.SLAB) == 0) {
      if (expected == null && core.large.isLarge(object)) {
        return core.large.free(cpu, object);
      }
      return core.reports.badPointer(object, "bad ptr");
    }
    long slab = map.slab(pfn);
    long at = memory.trusted(slab);
    KmemCache cache = core.cache(Slab.cache(at));
    if (expected != null && cache != expected) {
      return core.reports.wrongCache(object, expected, cache);
    }
    int index = Slab.indexOf(at, object - cache.geometry().objectOffset());
    if (index == Slab.NO_OBJECT) {
      return core.reports.noObject(object, cache, slab);
    }
    if (!Slab.isActive(at, index)) {
      return core.reports.doubleFree(object, cache, slab, object - cache.geometry().objectOffset());
    }
    CheckedObjects checked = cache.checked();
    if (checked != null) {
      checked.takeBack(cpu, Slab.object(at, index));
    }
    giveBack(cpu, cache, slab, index);
    return true;
  }

  /** Whether an address lies in a slab. */
  private boolean inSlab(long address) {
    return memory.contains(address, 1) && (map.state(core.pfnOf(address)) & PageState.SLAB) != 0;
  }

  Optional<KmemCache> cacheOf(long address) {
    return inSlab(address)
        ? Optional.of(core.cache(Slab.cache(memory.trusted(map.slab(core.pfnOf(address))))))
        : Optional.empty();
  }

  /** {@link SlabAllocator#isSlabDescriptor}. */
  boolean isSlabDescriptor(long address) {
    if (!inSlab(address)) {
      return false;
    }
    long slab = map.slab(core.pfnOf(address));
    long at = memory.trusted(slab);
    SlabGeometry shape = core.cache(Slab.cache(at)).geometry();
    if (address >= slab && address < slab + shape.managementBytes()) {
      return true;
    }
    // Off its slab, a descriptor is an object of a general cache.
    long index = Math.floorDiv(address - Slab.object(at, 0), shape.size());
    return shape.objectSize() >= Slab.BYTES
        && index >= 0
        && index < shape.num()
        && isDescribedBy(Slab.object(at, (int) index) + shape.objectOffset());
  }

  /** Whether the slab that a descriptor at this address would be of has it for its descriptor. */
  private boolean isDescribedBy(long descriptor) {
    long page = memory.getLong(descriptor + Slab.PAGE);
    return inSlab(page) && map.slab(core.pfnOf(page)) == descriptor;
  }

  Optional<SlabView> slabOf(long address) {
    return inSlab(address)
        ? Optional.of(SlabView.of(core, map.slab(core.pfnOf(address))))
        : Optional.empty();
  }

  /**
   * The bytes of an object or of a large block.
   *
   * @throws CacheException if there is none at the address
   */
  long sizeOf(long object) {
    if (memory.contains(object, 1)) {
      int pfn = core.pfnOf(object);
      if ((map.state(pfn) & PageState.SLAB) != 0) {
        return core.cache(Slab.cache(memory.trusted(map.slab(pfn)))).geometry().objectSize();
      }
      if (core.large.isLarge(object)) {
        return core.large.bytes(object);
      }
    }
    throw new CacheException("(none)", "address 0x" + Long.toHexString(object) + " is no object's");
  }

  private void giveBack(Cpu cpu, KmemCache cache, long slab, int index) {
    long at = memory.trusted(slab);
    ArrayCaches arrays = cache.arrays();
    if (arrays != null) {
      arrays.free(cpu, Slab.object(at, index));
      return;
    }
    while (true) {
      int owner = Slab.owner(at);
      if (owner == Slab.NO_OWNER) {
        if (cache.node(Slab.node(at)).give(slab, index)) {
          cache.trim(cpu, Slab.node(at));
          return;
        }
      } else {
        if (Slab.freeRemote(at, index)) {
          cache.cpu(owner).pushPending(slab);
        }
        return;
      }
    }
  }
}
