package dev.quarry.virtual.space;

import static dev.quarry.virtual.space.MapFlags.*;

import dev.quarry.machine.Cpu;

/**
 * The operation mremap: another size, another place, or both: {@code do_mremap} (mm/mremap.c,
 * 6.18), checks in their order. {@link MoveArea} does the moving.
 *
 * <pre>
 *   [old, old + oldBytes)   shrink: the end goes     grow: over free addresses behind it, or
 *                           MAYMOVE: moved to a free place      FIXED: moved to newAddress
 *                           DONTUNMAP: the old area stays, without its pages
 * </pre>
 */
public final class Mremap {
  private static final long NONE = VmAreaStruct.NONE;

  /** Areas that a move may add before and while it happens. */
  private static final int AREAS_OF_UNMAPPING = 2;

  private static final int AREAS_OF_MOVE = 3;

  private final Cpu cpu;
  private final MmStruct mm;
  private final VmAreaStruct areas;
  private final long flags;
  private final boolean isPlaced;
  private long address;
  private long oldBytes;
  private long newBytes;
  private long newAddress;
  private long vma;
  private boolean populate;

  private Mremap(Cpu cpu, MmStruct mm, long flags) {
    this.cpu = cpu;
    this.mm = mm;
    this.areas = mm.areas;
    this.flags = flags;
    this.isPlaced = (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) != 0;
  }

  /**
   * Remaps a range.
   *
   * @param oldBytes its size; 0 with a shared mapping makes a second one
   * @param flags bits of MREMAP_*
   * @param newAddress binding with FIXED, a hint with DONTUNMAP, else ignored
   * @return where it is now, or a negated {@link Errno}
   */
  public static long mremap(
      Cpu cpu,
      MmStruct mm,
      long address,
      long oldBytes,
      long newBytes,
      long flags,
      long newAddress) {
    Mremap call = new Mremap(cpu, mm, flags);
    call.address = address;
    call.oldBytes = MmapLayout.pageAlign(oldBytes);
    call.newBytes = MmapLayout.pageAlign(newBytes);
    call.newAddress = newAddress;
    int error = call.checkArguments();
    if (error != 0) {
      return error;
    }
    mm.lock();
    long result;
    try {
      result = call.run();
    } finally {
      mm.unlock();
    }
    if (!Errno.isError(result) && call.populate) {
      long grown = call.newBytes - call.oldBytes;
      Populate.ignoringErrors(cpu, mm, result + call.oldBytes, grown);
    }
    return result;
  }

  /** {@code check_mremap_params}. */
  private int checkArguments() {
    if ((flags & ~(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP)) != 0
        || (address & ~MmStruct.PAGE_MASK) != 0
        || newBytes == 0
        || Long.compareUnsigned(newBytes, mm.taskSize()) > 0) {
      return -Errno.EINVAL;
    }
    if (!isPlaced) {
      return 0;
    }
    boolean dontUnmap = (flags & MREMAP_DONTUNMAP) != 0;
    if (Long.compareUnsigned(newAddress, mm.taskSize() - newBytes) > 0
        || (newAddress & ~MmStruct.PAGE_MASK) != 0
        || (flags & MREMAP_MAYMOVE) == 0
        || (dontUnmap && oldBytes != newBytes)
        || overlaps()) {
      return -Errno.EINVAL;
    }
    long most = (long) mm.spaces().settings().maxMapCount() - AREAS_OF_MOVE;
    return mm.mapCount() + AREAS_OF_UNMAPPING >= most ? -Errno.ENOMEM : 0;
  }

  private boolean overlaps() {
    return Long.compareUnsigned(address + oldBytes, newAddress) > 0
        && Long.compareUnsigned(newAddress + newBytes, address) > 0;
  }

  private long run() {
    if ((flags & MREMAP_FIXED) != 0 && oldBytes == newBytes) {
      return moveAll();
    }
    vma = mm.lookup(address);
    int error = checkArea();
    if (error != 0) {
      return error;
    }
    if (isPlaced) {
      return moveTo();
    }
    if (oldBytes == newBytes) {
      return address;
    }
    if (!grows()) {
      error = shrink();
      return error == 0 ? address : error;
    }
    return grow();
  }

  /** {@code remap_move}: all areas of the range, with the gaps between them. */
  private long moveAll() {
    long start = address;
    long end = address + oldBytes;
    long shift = newAddress - address;
    boolean first = true;
    for (long at = mm.findVmaIntersection(start, end); at != NONE; ) {
      if (first && areas.start(at) > start) {
        return -Errno.EFAULT;
      }
      vma = at;
      address = Math.max(areas.start(at), start);
      long to = Math.min(areas.end(at), end);
      oldBytes = to - address;
      newBytes = oldBytes;
      newAddress = address + shift;
      int error = checkArea();
      long moved = error == 0 ? moveTo() : error;
      if (Errno.isError(moved)) {
        return moved;
      }
      first = false;
      at = to < end ? mm.findVmaIntersection(to, end) : NONE;
    }
    return first ? -Errno.EFAULT : start + shift;
  }

  /** {@code check_prep_vma}. */
  private int checkArea() {
    if (vma == NONE) {
      return -Errno.EFAULT;
    }
    if (!isPlaced && !grows()) {
      return 0;
    }
    long vmFlags = areas.flags(vma);
    boolean unexpandable = (vmFlags & (VmFlags.DONTEXPAND | VmFlags.PFNMAP)) != 0;
    boolean isShared = (vmFlags & (VmFlags.SHARED | VmFlags.MAYSHARE)) != 0;
    if ((oldBytes == 0 && !isShared) || ((flags & MREMAP_DONTUNMAP) != 0 && unexpandable)) {
      return -Errno.EINVAL;
    }
    long kept = grows() ? oldBytes : newBytes;
    if (Long.compareUnsigned(kept, areas.end(vma) - address) > 0) {
      return -Errno.EFAULT;
    }
    return newBytes == kept ? 0 : checkGrowth(vmFlags, unexpandable);
  }

  private int checkGrowth(long vmFlags, boolean unexpandable) {
    populate = (vmFlags & VmFlags.LOCKED) != 0;
    long page = areas.pgoffAt(vma, address);
    if (Long.compareUnsigned(page + (newBytes >>> MmStruct.PAGE_SHIFT), page) < 0) {
      return -Errno.EINVAL;
    }
    if (unexpandable) {
      return -Errno.EFAULT;
    }
    long bytes = newBytes - oldBytes;
    if (!mm.limits().mayLockMore(mm, vmFlags, bytes)) {
      return -Errno.EAGAIN;
    }
    boolean fits = mm.limits().mayExpand(mm, vmFlags, bytes >>> MmStruct.PAGE_SHIFT);
    return fits ? 0 : -Errno.ENOMEM;
  }

  /** The old size may be any number. */
  private boolean grows() {
    return Long.compareUnsigned(newBytes, oldBytes) > 0;
  }

  private int shrink() {
    return Munmap.locked(cpu, mm, address + newBytes, oldBytes - newBytes);
  }

  /** {@code mremap_to}: to an address that is given, whatever is there. */
  private long moveTo() {
    if ((flags & MREMAP_FIXED) != 0) {
      int error = Munmap.locked(cpu, mm, newAddress, newBytes);
      if (error != 0) {
        return error;
      }
      vma = mm.lookup(address); // it may have been cut
      if (vma == NONE) {
        return -Errno.EFAULT;
      }
    }
    if (!grows() && oldBytes != newBytes) {
      int error = shrink();
      if (error != 0) {
        return error;
      }
      vma = mm.lookup(address);
      if (vma == NONE) {
        return -Errno.EFAULT;
      }
      oldBytes = newBytes;
    }
    boolean dontUnmap = (flags & MREMAP_DONTUNMAP) != 0;
    long pages = oldBytes >>> MmStruct.PAGE_SHIFT;
    if (dontUnmap && !mm.limits().mayExpand(mm, areas.flags(vma), pages)) {
      return -Errno.ENOMEM;
    }
    return choose(newAddress, (flags & MREMAP_FIXED) != 0 ? MAP_FIXED : 0);
  }

  private long choose(long hint, long mapFlags) {
    boolean isShared = !areas.isAnonymous(vma) || areas.has(vma, VmFlags.MAYSHARE);
    long place = mm.unmapped.get(hint, newBytes, mapFlags, isShared);
    if (Errno.isError(place)) {
      return place;
    }
    boolean dontUnmap = (flags & MREMAP_DONTUNMAP) != 0;
    return new MoveArea(cpu, mm, vma, address, oldBytes, place, newBytes).move(dontUnmap);
  }

  /** {@code expand_vma}: where it is, or elsewhere. */
  private long grow() {
    long bytes = newBytes - oldBytes;
    boolean toItsEnd = areas.end(vma) - address == oldBytes;
    if (toItsEnd && mm.unmapped.isFreeBehind(vma, bytes)) {
      return MoveArea.growInPlace(cpu, mm, vma, bytes) ? address : -Errno.ENOMEM;
    }
    return (flags & MREMAP_MAYMOVE) == 0 ? -Errno.ENOMEM : choose(0, 0);
  }
}
