package dev.quarry.virtual;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.Gfp;

/**
 * Shows frames that somebody has already one after the other: {@code vmap()} and {@code vunmap()}
 * (mm/vmalloc.c, 6.18). The frames stay their owner's.
 */
public final class Vmap {
  private final KernelSpace space;
  private final VmAreas areas;

  Vmap(KernelSpace space, VmAreas areas) {
    this.space = space;
    this.areas = areas;
  }

  /**
   * Maps frames.
   *
   * @param flags bits of {@link Pte}, such as {@link Pte#PAGE_KERNEL}
   * @return their address, or {@link Vmalloc#NO_ADDRESS} without memory or addresses
   * @throws IllegalArgumentException if a frame is not allocated, or there is none
   */
  public long vmap(Cpu cpu, int[] pfns, long flags, String caller) {
    check(pfns);
    int gfp = Gfp.GFP_KERNEL;
    long bytes = (long) pfns.length << PageTableLayout.PAGE_SHIFT;
    long vm =
        areas.make(
            cpu, gfp, bytes, pfns.length, PageTableLayout.PAGE_SIZE, VmStructs.VM_MAP, caller);
    if (vm == VmStructs.NONE) {
      return Vmalloc.NO_ADDRESS;
    }
    long address = areas.structs.address(vm);
    if (space.tables().map(cpu, gfp, address, pfns, 0, pfns.length, flags) < pfns.length) {
      vunmap(cpu, address);
      return Vmalloc.NO_ADDRESS;
    }
    return address;
  }

  private void check(int[] pfns) {
    if (pfns.length == 0) {
      throw new IllegalArgumentException("vmap needs at least one frame");
    }
    for (int pfn : pfns) {
      FrameKind kind = space.memory().kindOf(pfn);
      boolean usable = kind == FrameKind.ALLOCATED || kind == FrameKind.HELD_SINCE_BOOT;
      if (!usable && kind != FrameKind.RESERVED) {
        throw new IllegalArgumentException("frame " + pfn + " is " + kind + ", not allocated");
      }
    }
  }

  /**
   * Takes a mapping away; 0 is ignored. Anything that is not one is reported in the log.
   *
   * @return whether there was such an area
   */
  public boolean vunmap(Cpu cpu, long address) {
    if (address == Vmalloc.NO_ADDRESS) {
      return true;
    }
    long vm = areas.list.claim(address, VmStructs.VM_MAP);
    if (vm == VmStructs.NONE) {
      space.warn(cpu, "Trying to vunmap() nonexistent vm area (" + space.pointer(address) + ")");
      return false;
    }
    areas.unmap(vm);
    areas.retire(cpu, vm);
    return true;
  }
}
