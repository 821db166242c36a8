package dev.quarry.virtual;

/**
 * Which bytes of RAM are descriptors of vmalloc space, their arrays of pages included. The kernel
 * trusts what it wrote there; who lets a user write anywhere asks before.
 */
final class KernelDescriptors {
  private final VmAreas areas;
  private final PageTables tables;
  private final KernelLayout layout;

  KernelDescriptors(VmAreas areas, PageTables tables, KernelLayout layout) {
    this.areas = areas;
    this.tables = tables;
    this.layout = layout;
  }

  boolean hold(long physical) {
    VmStructs structs = areas.structs;
    areas.list.lock.lock();
    try {
      for (long vm = areas.list.head(); vm != VmStructs.NONE; vm = structs.next(vm)) {
        long array = structs.pages(vm);
        long bytes = (long) structs.nrPages(vm) << layout.tables().entryShift();
        if (shows(vm, structs.bytes(), physical) || shows(array, bytes, physical)) {
          return true;
        }
      }
      return false;
    } finally {
      areas.list.lock.unlock();
    }
  }

  /** Whether bytes of the kernel's half, in the direct map or not, have a physical address. */
  private boolean shows(long address, long bytes, long physical) {
    if (address == VmStructs.NONE) {
      return false;
    }
    for (long done = 0; done < bytes; ) {
      long at = address + done;
      long step =
          Math.min(bytes - done, PageTableLayout.PAGE_SIZE - (at & PageTableLayout.PAGE_SIZE - 1));
      long there = tables.translate(at, Access.READ);
      if (there != PageTables.NO_TRANSLATION && physical >= there && physical < there + step) {
        return true;
      }
      done += step;
    }
    return false;
  }
}
