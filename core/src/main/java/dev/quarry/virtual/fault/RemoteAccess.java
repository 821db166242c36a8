package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.virtual.Access;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The operations process_vm_readv and process_vm_writev: {@code process_vm_rw_core}
 * (mm/process_vm_access.c, 6.18). The other's pages are made present as an access would, but no
 * stack grows; the caller's own side is accessed with an exception table.
 */
public final class RemoteAccess {
  private final UserPages pages;
  private final UserMemory memory;
  private final Ram ram;
  private final VmAreaStruct areas;

  /** Access to the processes of a machine. */
  public RemoteAccess(UserPages pages) {
    this.pages = pages;
    this.memory = pages.memory();
    this.ram = pages.spaces().ram();
    this.areas = pages.spaces().areas();
  }

  /** A part of memory: {@code struct iovec}. */
  public record IoVec(long address, long bytes) {}

  /**
   * Copies between the memory of two processes.
   *
   * @param write into the other's memory, rather than from it
   * @return how many bytes were copied, or a negated {@link Errno} if not one was
   */
  public long copy(
      Cpu cpu, MmStruct mm, List<IoVec> local, MmStruct other, List<IoVec> remote, boolean write) {
    IoCursor own = new IoCursor(local);
    long copied = 0;
    for (IoVec vec : remote) {
      for (long done = 0; done < vec.bytes && !own.isAtEnd(); ) {
        long at = vec.address + done;
        long step = Math.min(Math.min(vec.bytes - done, inPage(at)), own.left());
        MemorySegment part = MemorySegment.ofArray(new byte[(int) step]);
        long moved =
            write
                ? toOther(cpu, mm, own.address(), other, at, part)
                : fromOther(cpu, mm, own.address(), other, at, part);
        copied += Math.max(0, moved);
        if (moved < step) {
          return copied == 0 ? -Errno.EFAULT : copied;
        }
        own.advance(step);
        done += step;
      }
    }
    return copied;
  }

  private static long inPage(long address) {
    return Parts.PAGE - (address & Parts.PAGE - 1);
  }

  private long fromOther(
      Cpu cpu, MmStruct mm, long own, MmStruct other, long at, MemorySegment part) {
    if (!remotePage(cpu, other, at, part, false)) {
      return -Errno.EFAULT;
    }
    return part.byteSize() - memory.copyToUser(cpu, mm, own, part, false);
  }

  private long toOther(
      Cpu cpu, MmStruct mm, long own, MmStruct other, long at, MemorySegment part) {
    long got = part.byteSize() - memory.copyFromUser(cpu, mm, part, own, false);
    MemorySegment whole = part.asSlice(0, got);
    return got == 0 || remotePage(cpu, other, at, whole, true) ? got : -Errno.EFAULT;
  }

  /** {@code pin_user_pages_remote} of one page, and the copy. */
  private boolean remotePage(
      Cpu cpu, MmStruct mm, long address, MemorySegment part, boolean write) {
    mm.lock();
    try {
      long vma = mm.lookup(address);
      long right = write ? VmFlags.WRITE : VmFlags.READ;
      if (vma == VmAreaStruct.NONE || !areas.has(vma, right)) {
        return false;
      }
      long page = address & -Parts.PAGE;
      if (pages.faultIn(cpu, mm, vma, page, write) != 0) {
        return false;
      }
      long physical = mm.tables().translate(address, write ? Access.WRITE : Access.READ);
      MemorySegment there = ram.slice(physical, part.byteSize());
      if (write) {
        there.copyFrom(part);
      } else {
        part.copyFrom(there);
      }
      return true;
    } finally {
      mm.unlock();
    }
  }
}
