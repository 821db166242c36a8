package dev.quarry.virtual.space;

/** Areas that show pages of the kernel's: {@code _install_special_mapping} (mm/mmap.c, 6.18). */
public final class SpecialMapping {
  private SpecialMapping() {}

  /** An area at an address shows code: nobody makes it larger. */
  public static void code(MmStruct mm, long address) {
    mark(mm, address, 0, VmFlags.DONTEXPAND);
  }

  /** An area at an address shows frames that have no descriptor of a page, to be read alone. */
  public static void frames(MmStruct mm, long address) {
    long none = VmFlags.MAYWRITE | VmFlags.MAYEXEC;
    mark(mm, address, none, VmFlags.DONTEXPAND | VmFlags.IO | VmFlags.PFNMAP | VmFlags.DONTDUMP);
  }

  private static void mark(MmStruct mm, long address, long cleared, long set) {
    mm.lock();
    try {
      long vma = mm.lookup(address);
      mm.areas.flags(vma, (mm.areas.flags(vma) & ~cleared) | set);
    } finally {
      mm.unlock();
    }
  }
}
