package dev.quarry.virtual;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PhysicalMemory;
import java.util.Locale;

/**
 * Makes a device's registers addressable, not cached: {@code ioremap()} and {@code iounmap()}
 * (arch/x86/mm/ioremap.c, 6.18). What the allocator manages is refused; what is reserved, in a hole
 * or beyond RAM may be a device.
 */
public final class Ioremap {
  private static final int SHIFT = PageTableLayout.PAGE_SHIFT;

  /** Physical addresses that x86-64 processors have at the most, and 32-bit entries hold. */
  private static final int PHYSICAL_BITS_64 = 52;

  private static final int PHYSICAL_BITS_32 = 32;

  /** IOREMAP_MAX_ORDER on x86-64: no alignment beyond a gigabyte. */
  private static final int MOST_ALIGN_SHIFT_64 = 30;

  private final KernelSpace space;
  private final VmAreas areas;

  Ioremap(KernelSpace space, VmAreas areas) {
    this.space = space;
    this.areas = areas;
  }

  /**
   * Maps physical addresses.
   *
   * @param bytes more than 0; neither it nor the address need be whole pages
   * @return the address of the first byte, or {@link Vmalloc#NO_ADDRESS}: the log says why
   */
  public long ioremap(Cpu cpu, long physical, long bytes, String caller) {
    if (!isPossible(cpu, physical, bytes) || isInUse(cpu, physical, bytes)) {
      return Vmalloc.NO_ADDRESS;
    }
    long offset = physical & PageTableLayout.PAGE_SIZE - 1;
    long first = physical - offset;
    long pages = (offset + bytes + PageTableLayout.PAGE_SIZE - 1) >>> SHIFT;
    int gfp = Gfp.GFP_KERNEL;
    long vm = areas.make(cpu, gfp, bytes, pages, align(pages), VmStructs.VM_IOREMAP, caller);
    if (vm == VmStructs.NONE) {
      return Vmalloc.NO_ADDRESS;
    }
    areas.structs.physical(vm, first);
    long address = areas.structs.address(vm);
    int largest = largest();
    long flags = Pte.PAGE_KERNEL_NOCACHE;
    if (space.tables().mapRange(cpu, gfp, address, pages, first, flags, largest) < pages) {
      iounmap(cpu, address);
      return Vmalloc.NO_ADDRESS;
    }
    return address + offset;
  }

  /**
   * With two levels a large entry would be one of the root, of which each process has a copy that
   * nobody would clear.
   */
  private int largest() {
    boolean wide = space.layout().tables() == PageTableLayout.X86_64;
    return wide ? PageTableLayout.LARGE_LEVEL : PageTableLayout.PTE_LEVEL;
  }

  private boolean isPossible(Cpu cpu, long physical, long bytes) {
    if (bytes <= 0 || physical < 0 || physical + bytes - 1 < physical) {
      space.warn(cpu, "ioremap of " + bytes + " bytes at 0x" + Long.toHexString(physical));
      return false;
    }
    boolean wide = space.layout().tables() == PageTableLayout.X86_64;
    int bits = wide ? PHYSICAL_BITS_64 : PHYSICAL_BITS_32;
    if ((physical + bytes - 1) >>> bits != 0) {
      space.memory().log().print("ioremap: invalid physical address " + Long.toHexString(physical));
      return false;
    }
    return true;
  }

  /** {@code __ioremap_check_ram}: whether the allocator has a page of it. */
  private boolean isInUse(Cpu cpu, long physical, long bytes) {
    PhysicalMemory memory = space.memory();
    long last = physical + bytes - 1;
    long end = Math.min(last >>> SHIFT, memory.map().endPfn() - 1L);
    for (long pfn = physical >>> SHIFT; pfn <= end; pfn++) {
      FrameKind kind = memory.kindOf((int) pfn);
      if (kind != FrameKind.HOLE && kind != FrameKind.RESERVED) {
        space.warn(
            cpu,
            String.format(
                Locale.ROOT,
                "ioremap on RAM at %s - %s",
                physicalHex(physical),
                physicalHex(last)));
        return true;
      }
    }
    return false;
  }

  private String physicalHex(long physical) {
    return "0x" + space.layout().tables().hex(physical);
  }

  /** Large areas lie on a multiple of their size, so that large entries can show them. */
  private long align(long pages) {
    PageTableLayout tables = space.layout().tables();
    boolean wide = tables == PageTableLayout.X86_64;
    int most = wide ? MOST_ALIGN_SHIFT_64 : tables.shift(PageTableLayout.LARGE_LEVEL);
    int shift = SHIFT + Long.SIZE - Long.numberOfLeadingZeros(pages - 1);
    return 1L << Math.min(shift, most);
  }

  /**
   * Takes a mapping away; any address of its first page names it.
   *
   * @return whether there was one; else the log says so
   */
  public boolean iounmap(Cpu cpu, long address) {
    long first = address & -PageTableLayout.PAGE_SIZE;
    long vm = areas.list.claim(first, VmStructs.VM_IOREMAP);
    if (vm == VmStructs.NONE) {
      space.memory().log().print("iounmap: bad address " + space.pointer(address));
      return false;
    }
    areas.unmap(vm);
    areas.retire(cpu, vm);
    return true;
  }
}
