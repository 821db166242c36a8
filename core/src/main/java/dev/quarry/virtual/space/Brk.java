package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.space.MmStruct.Field;

/** The operation brk: the end of the heap (mm/mmap.c, {@code do_brk_flags} in mm/vma.c, 6.18). */
public final class Brk {
  private static final long NONE = VmAreaStruct.NONE;

  private Brk() {}

  /**
   * Moves the end of the heap.
   *
   * @param end any value
   * @return where it is now: what was asked for, or what it was
   */
  public static long brk(Cpu cpu, MmStruct mm, long end) {
    long oldEnd;
    mm.lock();
    try {
      oldEnd = MmapLayout.pageAlign(mm.brk());
      if (!locked(cpu, mm, end)) {
        return mm.brk();
      }
    } finally {
      mm.unlock();
    }
    long grown = MmapLayout.pageAlign(end) - oldEnd;
    if (grown > 0 && (mm.defFlags() & VmFlags.LOCKED) != 0) {
      Populate.ignoringErrors(cpu, mm, oldEnd, grown);
    }
    return end;
  }

  private static boolean locked(Cpu cpu, MmStruct mm, long end) {
    if (Long.compareUnsigned(end, mm.startBrk()) < 0 || exceedsDataLimit(mm, end)) {
      return false;
    }
    long newEnd = MmapLayout.pageAlign(end);
    long oldEnd = MmapLayout.pageAlign(mm.brk());
    boolean done = true;
    if (newEnd != oldEnd) {
      boolean shrinks = Long.compareUnsigned(end, mm.brk()) <= 0;
      done = shrinks ? shrink(cpu, mm, newEnd, oldEnd) : grow(cpu, mm, oldEnd, newEnd);
    }
    if (done) {
      mm.set(Field.BRK, end);
    }
    return done;
  }

  private static boolean exceedsDataLimit(MmStruct mm, long end) {
    long limit = mm.limits().data();
    long data = mm.get(Field.END_DATA) - mm.get(Field.START_DATA);
    return limit != ProcessLimits.INFINITY
        && Long.compareUnsigned(end - mm.startBrk() + data, limit) > 0;
  }

  private static boolean shrink(Cpu cpu, MmStruct mm, long newEnd, long oldEnd) {
    return mm.findVmaIntersection(newEnd, oldEnd) != NONE
        && Munmap.range(cpu, mm, newEnd, oldEnd) == 0;
  }

  private static boolean grow(Cpu cpu, MmStruct mm, long oldEnd, long newEnd) {
    long bytes = newEnd - oldEnd;
    long at = mm.unmapped.get(oldEnd, bytes, MapFlags.MAP_FIXED, false);
    if (Errno.isError(at) || !mm.limits().mayLockMore(mm, mm.defFlags(), bytes)) {
      return false;
    }
    // A page stays free above the heap, and the gap of a stack.
    long next = mm.findVma(oldEnd);
    if (next != NONE && newEnd + MmStruct.PAGE_SIZE > mm.tree.startGap(next)) {
      return false;
    }
    long flags = VmFlags.DATA_DEFAULT | VmFlags.ACCOUNT | mm.defFlags();
    long pages = bytes >>> MmStruct.PAGE_SHIFT;
    AddressSpaces spaces = mm.spaces();
    if (!mm.limits().mayExpand(mm, flags, pages)
        || mm.mapCount() > spaces.settings().maxMapCount()
        || !spaces.commitment().charge(mm, pages)) {
      return false;
    }
    long vma = place(cpu, mm, oldEnd, newEnd, flags, mm.tree.before(next));
    if (vma == NONE) {
      spaces.commitment().uncharge(pages);
      return false;
    }
    mm.account(flags, pages);
    if ((flags & VmFlags.LOCKED) != 0) {
      mm.add(Field.LOCKED_VM, pages);
    }
    mm.areas.flags(vma, mm.areas.flags(vma) | VmFlags.SOFTDIRTY);
    return true;
  }

  /** Lets the area below grow if it is the heap, or makes another one. */
  private static long place(Cpu cpu, MmStruct mm, long start, long end, long flags, long below) {
    VmAreaStruct areas = mm.areas;
    long page = start >>> MmStruct.PAGE_SHIFT;
    if (below != NONE && areas.end(below) == start && start > mm.startBrk()) {
      MergeRequest r = mm.merge.request;
      r.newRange(start, end, flags, page, VmAreaStruct.NO_FILE);
      r.prev = below;
      r.justExpand = true;
      long grown = mm.merge.newRange(cpu, r);
      if (grown != NONE) {
        return grown;
      }
    }
    long vma = mm.spaces().allocArea(cpu);
    if (vma != NONE) {
      areas.init(vma, mm.address(), start, end, flags, page, VmAreaStruct.NO_FILE);
      mm.tree.insert(vma, below);
    }
    return vma;
  }
}
