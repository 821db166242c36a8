package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.FaultSite;
import dev.quarry.machine.Ram;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.PageTableLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Pages to swap and back: mm/page_io.c (6.18). Pages of zeros are noted, not written; errors are in
 * the kernel's log.
 */
final class SwapIo {
  private static final int SHIFT = PageTableLayout.PAGE_SHIFT;
  private static final int PAGE = PageTableLayout.PAGE_SIZE;

  private final PhysicalMemory memory;
  private final Ram ram;
  private final MemorySegment zeroPage = MemorySegment.ofArray(new byte[PAGE]);

  /** What became of a page that was to be written. */
  enum Written {
    STORED,
    ZEROS,
    FAILED
  }

  SwapIo(PhysicalMemory memory, Ram ram) {
    this.memory = memory;
    this.ram = ram;
  }

  private MemorySegment bytes(int pfn) {
    return ram.slice((long) pfn << SHIFT, PAGE);
  }

  private boolean isZero(MemorySegment page) {
    boolean end = page.get(ValueLayout.JAVA_LONG_UNALIGNED, PAGE - Long.BYTES) == 0;
    return end && page.mismatch(zeroPage) < 0;
  }

  /** Whether a page is to get no place, as if all areas were full. */
  boolean failsToGiveSlot() {
    return memory.faults().fails(FaultSite.SWAP_SLOT);
  }

  private void mayFail(FaultSite site) throws IOException {
    if (memory.faults().fails(site)) {
      throw new IOException("made to fail");
    }
  }

  Written write(Cpu cpu, SwapArea area, int slot, int pfn) {
    MemorySegment bytes = bytes(pfn);
    if (isZero(bytes)) {
      memory.events().count(cpu.id(), VmEvent.SWPOUT_ZERO, 1);
      return Written.ZEROS;
    }
    try {
      mayFail(FaultSite.SWAP_WRITE);
      area.store().write((long) slot << SHIFT, bytes);
    } catch (IOException e) {
      memory.log().print("Write-error on swap-device " + area.name() + ":" + slot);
      return Written.FAILED;
    }
    memory.events().count(cpu.id(), VmEvent.PSWPOUT, 1);
    return Written.STORED;
  }

  /** Fills a frame with what is in a slot; false: it could not be read. */
  boolean read(Cpu cpu, SwapArea area, int slot, int pfn) {
    boolean zeros = area.cluster(slot).isZero(SwapArea.inCluster(slot));
    try {
      if (zeros) {
        bytes(pfn).fill((byte) 0);
      } else {
        mayFail(FaultSite.SWAP_READ);
        area.store().read((long) slot << SHIFT, bytes(pfn));
      }
    } catch (IOException e) {
      memory.log().print("Read-error on swap-device " + area.name() + ":" + slot);
      return false;
    }
    memory.events().count(cpu.id(), zeros ? VmEvent.SWPIN_ZERO : VmEvent.PSWPIN, 1);
    return true;
  }
}
