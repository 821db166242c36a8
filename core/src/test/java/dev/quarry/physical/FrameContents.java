package dev.quarry.physical;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Ram;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Writes into held frames and reads again before they are given back: nobody else may have written
 * there, and what was asked for as zeros must be zeros.
 */
final class FrameContents {
  private static final long STAMP = 0x5EED_0000_0000_0000L;

  private final @Nullable Ram ram;
  private final int pageShift;
  private final MemorySegment zeros;

  FrameContents(Machine machine) {
    this.ram = machine.ram();
    this.pageShift = machine.spec().pageShift();
    this.zeros = MemorySegment.ofArray(new long[(1 << pageShift) / Long.BYTES]);
  }

  @Nullable String received(HeldBlocks.Block block, boolean zeroed) {
    for (int pfn = block.pfn; ram != null && pfn < block.pfn + block.pages; pfn++) {
      if (zeroed && ram.slice(address(pfn), 1L << pageShift).mismatch(zeros) != -1) {
        return "frame " + pfn + " was asked for as zeros and is not";
      }
      ram.putLong(address(pfn), STAMP | pfn);
      ram.putLong(address(pfn) + middle(pfn), STAMP | pfn);
      ram.putLong(address(pfn + 1) - Long.BYTES, STAMP | pfn);
    }
    return null;
  }

  @Nullable String given(HeldBlocks.Block block) {
    for (int pfn = block.pfn; ram != null && pfn < block.pfn + block.pages; pfn++) {
      boolean intact =
          ram.getLong(address(pfn)) == (STAMP | pfn)
              && ram.getLong(address(pfn) + middle(pfn)) == (STAMP | pfn)
              && ram.getLong(address(pfn + 1) - Long.BYTES) == (STAMP | pfn);
      if (!intact) {
        return "somebody wrote into frame " + pfn + " while it was held";
      }
    }
    return null;
  }

  private long address(int pfn) {
    return (long) pfn << pageShift;
  }

  /** Some aligned place in the page. */
  private long middle(int pfn) {
    return (pfn * 0x9E37_79B9L & (1L << pageShift) - 1) & -Long.BYTES;
  }
}
