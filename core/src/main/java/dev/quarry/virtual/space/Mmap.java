package dev.quarry.virtual.space;

import static dev.quarry.virtual.space.MapFlags.*;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.space.MmStruct.Field;
import org.jspecify.annotations.Nullable;

/**
 * The operation mmap: {@code ksys_mmap_pgoff}, {@code do_mmap}, {@code mmap_region} (mm/mmap.c,
 * mm/vma.c, 6.18), checks in their order. The course's steps: find a free area, allocate its
 * descriptor, insert it; tables and frames come with page faults.
 */
public final class Mmap {
  private static final long NONE = VmAreaStruct.NONE;
  private static final int HUGE_SHIFT_2M = 21;
  private static final int HUGE_SHIFT_1G = 30;
  private static final int HUGE_SHIFT_4M = 22;

  /** MAX_LFS_FILESIZE: the largest offset in a file. */
  private static final long MOST_FILE_BYTES = Long.MAX_VALUE;

  private final Cpu cpu;
  private final MmStruct mm;
  private final VmAreaStruct areas;
  private final AddressSpaces spaces;
  private final @Nullable FileMapping file;
  private final long length;
  private final long mapFlags;
  private long address;
  private long pgoff;
  private long vmFlags;

  private Mmap(
      Cpu cpu,
      MmStruct mm,
      @Nullable FileMapping file,
      long hint,
      long length,
      long mapFlags,
      long pgoff) {
    this.cpu = cpu;
    this.mm = mm;
    this.areas = mm.areas;
    this.spaces = mm.spaces();
    this.file = file;
    this.address = hint;
    this.length = length;
    this.mapFlags = mapFlags;
    this.pgoff = pgoff;
  }

  /**
   * Maps a file or anonymous memory.
   *
   * @param hint where, in bytes; binding with MAP_FIXED
   * @param bytes how much; any value
   * @param prot bits of PROT_*; unknown ones are ignored
   * @param flags bits of MAP_*
   * @param file the open file, or null with MAP_ANONYMOUS
   * @param offset in the file, in bytes
   * @return the address, or a negated {@link Errno}
   */
  public static long mmap(
      Cpu cpu,
      MmStruct mm,
      long hint,
      long bytes,
      long prot,
      long flags,
      @Nullable FileMapping file,
      long offset) {
    if ((offset & ~MmStruct.PAGE_MASK) != 0) {
      return -Errno.EINVAL;
    }
    boolean anonymous = (flags & MAP_ANONYMOUS) != 0;
    if (!anonymous && file == null) {
      return -Errno.EBADF;
    }
    long page = offset >>> MmStruct.PAGE_SHIFT;
    if ((flags & MAP_HUGETLB) != 0) {
      long hugeBytes = hugeBytes(mm, flags);
      long length = bytes + hugeBytes - 1 & -hugeBytes;
      if (!anonymous || hugeBytes == 0) {
        return -Errno.EINVAL;
      }
      return pages(cpu, mm, null, hint, length, prot, flags, page);
    }
    return pages(cpu, mm, anonymous ? null : file, hint, bytes, prot, flags, page);
  }

  /** Bytes of a huge page that is asked for, or 0: there are none of this size. */
  private static long hugeBytes(MmStruct mm, long flags) {
    int shift = (int) (flags >>> MAP_HUGE_SHIFT & MAP_HUGE_MASK);
    boolean wide = mm.spaces().tableLayout() == PageTableLayout.X86_64;
    if (shift == 0) {
      return mm.spaces().tableLayout().largeBytes();
    }
    boolean known =
        wide ? shift == HUGE_SHIFT_2M || shift == HUGE_SHIFT_1G : shift == HUGE_SHIFT_4M;
    return known ? 1L << shift : 0;
  }

  private static long pages(
      Cpu cpu,
      MmStruct mm,
      @Nullable FileMapping file,
      long hint,
      long bytes,
      long prot,
      long flags,
      long pgoff) {
    if (bytes == 0) {
      return -Errno.EINVAL;
    }
    long mapFlags = (flags & MAP_FIXED_NOREPLACE) != 0 ? flags | MAP_FIXED : flags;
    long length = MmapLayout.pageAlign(bytes);
    if (length == 0) {
      return -Errno.ENOMEM;
    }
    long last = pgoff + (length >>> MmStruct.PAGE_SHIFT);
    if (Long.compareUnsigned(last, pgoff) < 0) {
      return -Errno.EOVERFLOW;
    }
    Mmap map = new Mmap(cpu, mm, file, hint, length, mapFlags, pgoff);
    mm.lock();
    long result;
    try {
      result = map.run(prot);
    } finally {
      mm.unlock();
    }
    if (!Errno.isError(result) && map.isToPopulate()) {
      Populate.ignoringErrors(cpu, mm, result, length);
    }
    return result;
  }

  private boolean isToPopulate() {
    return (vmFlags & VmFlags.LOCKED) != 0
        || (mapFlags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE;
  }

  private long run(long prot) {
    if (mm.mapCount() > spaces.settings().maxMapCount()) {
      return -Errno.ENOMEM;
    }
    if ((mapFlags & MAP_FIXED) == 0) {
      address = roundHint(address);
    }
    boolean huge = (mapFlags & MAP_HUGETLB) != 0;
    vmFlags = Prot.vmFlags(prot) | flagBits() | mm.defFlags() | VmFlags.MAY_ACCESS;
    boolean shared = file != null || (mapFlags & MAP_SHARED) != 0;
    if (huge && (mapFlags & MAP_FIXED) != 0 && (address & hugeBytes(mm, mapFlags) - 1) != 0) {
      return -Errno.EINVAL;
    }
    address =
        file != null && file.alignsLarge()
            ? mm.unmapped.ofLargeFile(address, length, mapFlags, pgoff << MmStruct.PAGE_SHIFT)
            : mm.unmapped.get(address, length, mapFlags, shared);
    if (Errno.isError(address)) {
      return address;
    }
    if ((mapFlags & MAP_FIXED_NOREPLACE) != 0
        && mm.findVmaIntersection(address, address + length) != NONE) {
      return -Errno.EEXIST;
    }
    if ((mapFlags & MAP_LOCKED) != 0 && !mm.limits().canLock()) {
      return -Errno.EPERM;
    }
    if (!mm.limits().mayLockMore(mm, vmFlags, length)) {
      return -Errno.EAGAIN;
    }
    int error = huge ? noHugePage() : file == null ? anonymous() : ofFile(file);
    if (error != 0) {
      return error;
    }
    if ((mapFlags & MAP_NORESERVE) != 0
        && spaces.settings().overcommit() != SpaceSettings.Overcommit.NEVER) {
      vmFlags |= VmFlags.NORESERVE;
    }
    return region();
  }

  /** A hint below the lowest address that is allowed means that one: round_hint_to_min. */
  private long roundHint(long hint) {
    long page = hint & MmStruct.PAGE_MASK;
    long minimum = spaces.settings().mmapMinAddr();
    boolean low = page != 0 && Long.compareUnsigned(page, minimum) < 0;
    return low ? MmapLayout.pageAlign(minimum) : page;
  }

  private long flagBits() {
    return ((mapFlags & MAP_GROWSDOWN) != 0 ? VmFlags.GROWSDOWN : 0)
        | ((mapFlags & MAP_LOCKED) != 0 ? VmFlags.LOCKED : 0)
        | ((mapFlags & MAP_SYNC) != 0 ? VmFlags.SYNC : 0)
        | ((mapFlags & MAP_STACK) != 0 ? VmFlags.NOHUGEPAGE : 0);
  }

  /** There is no pool of huge pages: what a kernel says whose pool is empty. */
  private int noHugePage() {
    int type = (int) (mapFlags & MAP_TYPE);
    boolean known = type == MAP_SHARED || type == MAP_SHARED_VALIDATE || type == MAP_PRIVATE;
    boolean stack = (vmFlags & VmFlags.GROWSDOWN) != 0;
    if (type == MAP_SHARED_VALIDATE && (mapFlags & ~LEGACY_MAP_MASK & ~MAP_TYPE) != 0) {
      return -Errno.EOPNOTSUPP;
    }
    return known && !stack ? -Errno.ENOMEM : -Errno.EINVAL;
  }

  private int anonymous() {
    boolean stack = (vmFlags & VmFlags.GROWSDOWN) != 0;
    switch ((int) (mapFlags & MAP_TYPE)) {
      case (int) MAP_SHARED -> {
        if (stack) {
          return -Errno.EINVAL;
        }
        pgoff = 0;
        vmFlags |= VmFlags.SHARED | VmFlags.MAYSHARE;
      }
      case (int) MAP_DROPPABLE -> {
        if (spaces.tableLayout() == PageTableLayout.X86_32) {
          return -Errno.ENOTSUPP; // its flags have no bit for it
        }
        if (stack || (mapFlags & MAP_LOCKED) != 0) {
          return -Errno.EINVAL;
        }
        vmFlags |= VmFlags.DROPPABLE | VmFlags.NORESERVE | VmFlags.WIPEONFORK | VmFlags.DONTDUMP;
        pgoff = address >>> MmStruct.PAGE_SHIFT;
      }
      case (int) MAP_PRIVATE -> pgoff = address >>> MmStruct.PAGE_SHIFT;
      default -> {
        return -Errno.EINVAL;
      }
    }
    return 0;
  }

  private int ofFile(FileMapping mapped) {
    long most = MOST_FILE_BYTES;
    if (Long.compareUnsigned(length, most) > 0
        || Long.compareUnsigned(pgoff, (most - length) >>> MmStruct.PAGE_SHIFT) > 0) {
      return -Errno.EOVERFLOW;
    }
    int type = (int) (mapFlags & MAP_TYPE);
    if (type == MAP_SHARED || type == MAP_SHARED_VALIDATE) {
      // File systems on disks know MAP_SYNC, and refuse it later.
      long known = LEGACY_MAP_MASK | MAP_TYPE | (mapped.isShmem() ? 0 : MAP_SYNC);
      if (type == MAP_SHARED_VALIDATE && (mapFlags & ~known) != 0) {
        return -Errno.EOPNOTSUPP;
      }
      boolean writes = (vmFlags & VmFlags.WRITE) != 0;
      if ((writes && !mapped.isWritable()) || (mapped.isAppendOnly() && mapped.isWritable())) {
        return -Errno.EACCES;
      }
      vmFlags |= VmFlags.SHARED | VmFlags.MAYSHARE;
      if (!mapped.isWritable()) {
        vmFlags &= ~(VmFlags.MAYWRITE | VmFlags.SHARED);
      }
    } else if (type != MAP_PRIVATE) {
      return -Errno.EINVAL;
    }
    if (!mapped.isReadable()) {
      return -Errno.EACCES;
    }
    if (mapped.isNoExec()) {
      if ((vmFlags & VmFlags.EXEC) != 0) {
        return -Errno.EPERM;
      }
      vmFlags &= ~VmFlags.MAYEXEC;
    }
    return (vmFlags & VmFlags.GROWSDOWN) != 0 ? -Errno.EINVAL : 0;
  }

  /** {@code mmap_region}: takes out what is there, merges or makes the area. */
  private long region() {
    AreaDetach old = mm.detach;
    int error = old.gather(cpu, address, address + length);
    if (error != 0) {
      return error;
    }
    long pages = length >>> MmStruct.PAGE_SHIFT;
    if (!mm.limits().mayExpand(mm, vmFlags, pages - old.nrPages)) {
      return -Errno.ENOMEM;
    }
    boolean accountable = VmFlags.isAccountable(vmFlags);
    long charged = accountable ? pages - old.accounted : 0;
    if (charged != 0 && !spaces.commitment().charge(mm, charged)) {
      return -Errno.ENOMEM;
    }
    vmFlags |= accountable ? VmFlags.ACCOUNT : 0;
    // Where something is taken out first, nothing may fail afterwards.
    long fresh = old.isEmpty() ? NONE : spaces.allocArea(cpu);
    if (!old.isEmpty() && fresh == NONE) {
      spaces.commitment().uncharge(charged);
      return -Errno.ENOMEM;
    }
    if (!old.isEmpty()) {
      old.complete(cpu, accountable ? 0 : old.accounted);
    }
    if (file != null && !file.isShmem() && (vmFlags & VmFlags.SYNC) != 0) {
      return refusedByFile(accountable ? pages : 0, fresh);
    }
    mm.account(vmFlags, pages);
    long vma = place(old.prev, old.next, fresh);
    if (vma == NONE) {
      mm.account(vmFlags, -pages);
      spaces.commitment().uncharge(charged);
      return -Errno.ENOMEM;
    }
    finish(vma, pages);
    return address;
  }

  /** The file refuses MAP_SYNC; what was there is gone already. */
  private long refusedByFile(long charged, long fresh) {
    spaces.commitment().uncharge(charged);
    if (fresh != NONE) {
      spaces.freeObject(cpu, fresh);
    }
    return -Errno.EOPNOTSUPP;
  }

  /** Merges the new area with its neighbours, or links an object of its own. */
  private long place(long prev, long next, long fresh) {
    boolean ownShared = file == null && (vmFlags & VmFlags.SHARED) != 0;
    int handle = file == null ? VmAreaStruct.NO_FILE : spaces.files().get(file);
    if (!ownShared) {
      MergeRequest r = mm.merge.request;
      r.newRange(address, address + length, vmFlags, pgoff, handle);
      r.prev = prev;
      r.next = next;
      long merged = mm.merge.newRange(cpu, r);
      if (merged != NONE) {
        spaces.files().put(cpu, handle); // the area that has grown holds the file already
        if (fresh != NONE) {
          spaces.freeObject(cpu, fresh);
        }
        return merged;
      }
    }
    long vma = fresh == NONE ? spaces.allocArea(cpu) : fresh;
    if (vma == NONE) {
      spaces.files().put(cpu, handle);
      return NONE;
    }
    int shown = ownShared ? spaces.files().get(spaces.sharedMemory(length)) : handle;
    areas.init(vma, mm.address(), address, address + length, vmFlags, pgoff, shown);
    mm.tree.insert(vma, prev);
    return vma;
  }

  private void finish(long vma, long pages) {
    if ((vmFlags & (VmFlags.SPECIAL | VmFlags.DROPPABLE)) != 0) {
      areas.flags(vma, areas.flags(vma) & ~VmFlags.LOCKED_MASK); // cannot be locked
    } else if ((vmFlags & VmFlags.LOCKED) != 0) {
      mm.add(Field.LOCKED_VM, pages);
    }
    areas.flags(vma, areas.flags(vma) | VmFlags.SOFTDIRTY);
  }
}
