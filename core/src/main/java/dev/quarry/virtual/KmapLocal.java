package dev.quarry.virtual;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Pfn;
import java.util.Arrays;

/**
 * The slots in which {@code kmap_local_page} shows pages of HighMem to one CPU: a stack of 16 in
 * the fixmap for each. Entries are cleared, and the CPU's own TLB told, when a slot is given back.
 *
 * <pre>
 *   CPU 0   [ a ][ b ][ c ][   ][   ] ...        given back in the order c, b, a
 *                       ▲ depth 3
 * </pre>
 */
public final class KmapLocal {
  private static final int SLOTS = KernelLayout.LOCAL_SLOTS;

  private final KernelSpace space;
  private final int[] depths;
  private final int[] frames;

  KmapLocal(KernelSpace space) {
    this.space = space;
    int cpus = space.memory().cpus().size();
    this.depths = new int[cpus];
    this.frames = new int[cpus * SLOTS];
    Arrays.fill(frames, Pfn.NONE);
  }

  /** How many slots of a CPU are in use. */
  public int depth(int cpu) {
    return depths[cpu];
  }

  /** The frame in a slot of a CPU, or {@link Pfn#NONE}. */
  public int frame(int cpu, int slot) {
    return frames[cpu * SLOTS + slot];
  }

  long map(Cpu cpu, int pfn) {
    int slot = depths[cpu.id()];
    if (slot == SLOTS) {
      space.warn(cpu, "kmap_local_page() of frame " + pfn + ": all " + SLOTS + " slots are in use");
      return HighMem.NO_ADDRESS;
    }
    long address = space.layout().localAddress(cpu.id(), slot);
    space.setKernelEntry(address, pfn);
    frames[cpu.id() * SLOTS + slot] = pfn;
    depths[cpu.id()] = slot + 1;
    return address;
  }

  boolean unmap(Cpu cpu, long address) {
    int slot = depths[cpu.id()] - 1;
    long page = address & -PageTableLayout.PAGE_SIZE;
    if (slot < 0 || space.layout().localAddress(cpu.id(), slot) != page) {
      space.warn(
          cpu,
          "kunmap_local() of "
              + space.pointer(address)
              + ", which is not the last address that kmap_local_page() gave this CPU");
      return false;
    }
    space.tables().unmap(page, 1);
    space.tlb().localPage(page);
    frames[cpu.id() * SLOTS + slot] = Pfn.NONE;
    depths[cpu.id()] = slot;
    return true;
  }
}
