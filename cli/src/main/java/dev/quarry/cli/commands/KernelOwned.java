package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.DirectMap;
import dev.quarry.physical.PageState;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.virtual.Access;
import dev.quarry.virtual.KernelSpace;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.cache.BufferHeads;
import java.util.Set;

/**
 * What of RAM holds the kernel's own structures: written over, they would lead Quarry itself
 * astray, where a kernel would crash.
 */
record KernelOwned(Machine machine, KernelSpace space) {
  private static final Set<String> CACHES =
      Set.of("mm_struct", "vm_area_struct", "anon_vma", "anon_vma_chain", BufferHeads.CACHE);

  /** What bytes at an address of the kernel's belong to, in words; empty if they may be written. */
  String what(long address, int bytes) {
    String first = byteAt(address);
    return first.isEmpty() ? byteAt(address + bytes - 1) : first;
  }

  private String byteAt(long address) {
    long physical = space.tables().translate(address, Access.READ);
    DirectMap directMap = machine.allocator().directMap();
    if (physical < 0 || physical >>> PageTableLayout.PAGE_SHIFT >= machine.spec().endPfn()) {
      return "";
    }
    int pfn = (int) (physical >>> PageTableLayout.PAGE_SHIFT);
    if ((PageState.flags(machine.memory().map().state(pfn)) & PageState.PGTABLE) != 0) {
      return "a page table in frame " + pfn + ", which only the kernel's own code writes";
    }
    if (space.isDescriptor(physical)) {
      return "a descriptor of vmalloc space, which only the kernel's own code writes";
    }
    return physical < directMap.bytes() ? inSlab(directMap.base() + physical) : "";
  }

  private String inSlab(long address) {
    SlabAllocator slab = machine.slabOrNull();
    if (slab == null) {
      return "";
    }
    if (slab.isSlabDescriptor(address)) {
      return "a slab descriptor, which only the allocator writes";
    }
    return slab.cacheOf(address)
        .filter(cache -> CACHES.contains(cache.name()))
        .map(cache -> "a slab of " + cache.name() + ", which only the kernel's own code writes")
        .orElse("");
  }
}
