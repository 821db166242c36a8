package dev.quarry.virtual;

import dev.quarry.machine.Ram;

/**
 * Arrays of frames in the kernel's memory, {@code vm_struct.pages}: a word for each, which here
 * holds the frame's number where Linux has a pointer to its descriptor. Those of large areas are in
 * vmalloc space themselves and are reached through the page tables.
 */
final class PageArray {
  private final Ram ram;
  private final KernelLayout layout;
  private final PageTables tables;
  private final int wordShift;

  PageArray(Ram ram, KernelLayout layout, PageTables tables) {
    this.ram = ram;
    this.layout = layout;
    this.tables = tables;
    this.wordShift = layout.tables().entryShift();
  }

  /** Bytes of an array. */
  long bytes(long count) {
    return count << wordShift;
  }

  /** Stores {@code count} frames from index {@code index} of an array on. */
  void put(long array, int index, int[] pfns, int count) {
    for (int done = 0; done < count; ) {
      long at = array + ((long) (index + done) << wordShift);
      int run = Math.min(count - done, wordsInPage(at));
      long physical = physical(at, Access.WRITE);
      for (int i = 0; i < run; i++, physical += 1L << wordShift) {
        if (wordShift == 3) {
          ram.putLong(physical, pfns[done + i]);
        } else {
          ram.putInt(physical, pfns[done + i]);
        }
      }
      done += run;
    }
  }

  /** Loads {@code count} frames from index {@code index} of an array on. */
  void get(long array, int index, int[] pfns, int count) {
    for (int done = 0; done < count; ) {
      long at = array + ((long) (index + done) << wordShift);
      int run = Math.min(count - done, wordsInPage(at));
      long physical = physical(at, Access.READ);
      for (int i = 0; i < run; i++, physical += 1L << wordShift) {
        pfns[done + i] = ram.getInt(physical);
      }
      done += run;
    }
  }

  private int wordsInPage(long at) {
    return (int) (PageTableLayout.PAGE_SIZE - (at & PageTableLayout.PAGE_SIZE - 1)) >>> wordShift;
  }

  private long physical(long at, int access) {
    if (layout.isDirect(at)) {
      return at - layout.directStart();
    }
    long physical = tables.translate(at, access);
    if (physical == PageTables.NO_TRANSLATION) {
      throw new PageFaultException(tables.fault(at, access));
    }
    return physical;
  }
}
