package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.FaultSite;
import dev.quarry.machine.Ram;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.cache.Disk;
import dev.quarry.virtual.cache.PageLru;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

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
  private final MemoryGroups groups;

  enum Written {
    STORED,
    ZEROS,
    FAILED
  }

  /** The device of the areas; null until somebody says: none, which takes no time. */
  private @Nullable Disk disk;

  private volatile long writtenNanos;
  private PageLru lru = PageLru.NONE;

  SwapIo(PhysicalMemory memory, Ram ram, MemoryGroups groups) {
    this.groups = groups;
    this.memory = memory;
    this.ram = ram;
  }

  void disk(Disk device) {
    disk = device;
  }

  void lru(PageLru keeper) {
    lru = keeper;
  }

  /** Waits until the disk has all that was written: its frames are free only then. */
  void waitForWrites() {
    memory.clock().advanceTo(writtenNanos);
  }

  /** A request to the disk; when it will be over. */
  private long request(SwapArea area, int slot) {
    return disk == null ? 0 : disk.swapRequest(area.type(), (long) slot << SHIFT);
  }

  private MemorySegment bytes(int pfn) {
    return ram.slice((long) pfn << SHIFT, PAGE);
  }

  private boolean isZero(MemorySegment page) {
    boolean end = page.get(ValueLayout.JAVA_LONG_UNALIGNED, PAGE - Long.BYTES) == 0;
    return end && page.mismatch(zeroPage) < 0;
  }

  private void count(Cpu cpu, int pfn, VmEvent event) {
    memory.events().count(cpu.id(), event, 1);
    groups.ofPage(pfn).count(event, 1);
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
      count(cpu, pfn, VmEvent.SWPOUT_ZERO);
      return Written.ZEROS;
    }
    try {
      mayFail(FaultSite.SWAP_WRITE);
      area.store().write((long) slot << SHIFT, bytes);
    } catch (IOException e) {
      memory.log().print("Write-error on swap-device " + area.name() + ":" + slot);
      return Written.FAILED;
    }
    writtenNanos = request(area, slot);
    count(cpu, pfn, VmEvent.PSWPOUT);
    return Written.STORED;
  }

  /** Fills a frame with what is in a slot; false: it could not be read. */
  boolean read(Cpu cpu, SwapArea area, int slot, int pfn) {
    boolean zeros = area.cluster(slot).isZero(SwapArea.inCluster(slot));
    int shadow = area.cluster(slot).shadow(SwapArea.inCluster(slot));
    boolean missed = shadow != 0 && lru.wasInUse(shadow, false);
    try (var _ = memory.stalls().memoryIf(cpu, missed)) {
      if (zeros) {
        bytes(pfn).fill((byte) 0);
      } else {
        mayFail(FaultSite.SWAP_READ);
        try (var _ = memory.stalls().io(cpu)) {
          memory.clock().advanceTo(request(area, slot));
          area.store().read((long) slot << SHIFT, bytes(pfn));
        }
      }
    } catch (IOException e) {
      memory.log().print("Read-error on swap-device " + area.name() + ":" + slot);
      return false;
    }
    count(cpu, pfn, zeros ? VmEvent.SWPIN_ZERO : VmEvent.PSWPIN);
    return true;
  }
}
