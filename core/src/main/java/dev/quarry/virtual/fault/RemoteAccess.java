package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
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
  /** Pages that are held at a time: PVM_MAX_KMALLOC_PAGES of pointers. */
  private static final int MOST_HELD = 1024;

  private final UserPages pages;
  private final UserMemory memory;
  private final Ram ram;
  private final VmAreaStruct areas;
  private final MemMap map;
  private final LargeFolios folios;

  /** Access to the processes of a machine. */
  public RemoteAccess(UserPages pages) {
    this.pages = pages;
    this.memory = pages.memory();
    this.ram = pages.spaces().ram();
    this.areas = pages.spaces().areas();
    this.map = pages.spaces().kernel().memory().map();
    this.folios = pages.spaces().kernel().memory().largeFolios();
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
    int error = check(mm, local, remote);
    if (error != 0) {
      return error;
    }
    IoCursor own = new IoCursor(local);
    long copied = 0;
    for (IoVec vec : remote) {
      long wanted = Math.min(vec.bytes, own.leftInAll());
      long moved = vector(cpu, mm, own, other, vec, write);
      copied += moved;
      if (moved < wanted) {
        return copied == 0 ? -Errno.EFAULT : copied;
      }
    }
    return copied;
  }

  /** {@code import_iovec}: lengths are not negative, own parts are a user's. */
  private static int check(MmStruct mm, List<IoVec> local, List<IoVec> remote) {
    if (local.stream().anyMatch(vec -> vec.bytes < 0)) {
      return -Errno.EINVAL;
    }
    for (IoVec vec : local) {
      long end = vec.address + vec.bytes;
      boolean wraps = Long.compareUnsigned(end, vec.address) < 0;
      if (wraps || Long.compareUnsigned(end, mm.taskSize()) > 0) {
        return -Errno.EFAULT;
      }
    }
    return remote.stream().anyMatch(vec -> vec.bytes < 0) ? -Errno.EINVAL : 0;
  }

  /**
   * One part of the other's, {@code process_vm_rw_single_vec}: its pages are held, however short
   * the own side is, and copied then; as many as could be held.
   */
  private long vector(
      Cpu cpu, MmStruct mm, IoCursor own, MmStruct other, IoVec vec, boolean write) {
    long copied = 0;
    int[] held = new int[MOST_HELD];
    while (copied < vec.bytes && !own.isAtEnd()) {
      long at = vec.address + copied;
      int count = hold(cpu, mm, other, at, vec.bytes - copied, write, held);
      long step = 0;
      long moved = 0;
      for (int i = 0; i < count; i++) {
        if (moved == step && copied < vec.bytes && !own.isAtEnd()) {
          at = vec.address + copied;
          step = Math.min(Math.min(vec.bytes - copied, inPage(at)), own.leftInAll());
          moved = page(cpu, mm, own, held[i], at & Parts.PAGE - 1, step, write);
          copied += moved;
        }
        release(cpu, held[i], write);
      }
      if (count == 0 || moved < step) {
        return copied;
      }
    }
    return copied;
  }

  /** {@code unpin_user_pages_dirty_lock}. */
  private void release(Cpu cpu, int pfn, boolean write) {
    if (write) {
      pages.markDirty(pfn);
    }
    int holder = folios.holder(pfn);
    pages.spaces().allocator().freePages(cpu, holder, PageState.order(map.state(holder)));
  }

  private static long inPage(long address) {
    return Parts.PAGE - (address & Parts.PAGE - 1);
  }

  /** Holds the other's pages, each with a reference: {@code pin_user_pages_remote}. */
  private int hold(
      Cpu cpu, MmStruct mm, MmStruct other, long address, long bytes, boolean write, int[] held) {
    long last = address + bytes - 1;
    int count = 0;
    other.lock();
    try {
      for (long at = address & -Parts.PAGE;
          Long.compareUnsigned(at, last) <= 0 && count < held.length;
          at += Parts.PAGE) {
        long vma = other.lookup(at);
        long right = write ? VmFlags.WRITE : VmFlags.READ;
        if (vma == VmAreaStruct.NONE || !areas.has(vma, right)) {
          return count;
        }
        if (pages.pin(cpu, mm, other, vma, at, write) != 0) {
          return count;
        }
        held[count++] = marked(other, at, write);
      }
      return count;
    } finally {
      other.unlock();
    }
  }

  /** The page of an address, with a reference to it or to its block; its entry was used. */
  private int marked(MmStruct mm, long address, boolean write) {
    long physical = mm.tables().translate(address, write ? Access.WRITE : Access.READ);
    int pfn = (int) (physical >>> Parts.SHIFT);
    map.addReference(folios.holder(pfn), 0);
    return pfn;
  }

  /** Copies in a held page, {@code process_vm_rw_pages}: bytes until the own side cannot go on. */
  private long page(
      Cpu cpu, MmStruct mm, IoCursor own, int pfn, long offset, long bytes, boolean write) {
    long done = 0;
    while (done < bytes && !own.isAtEnd()) {
      long step = Math.min(bytes - done, own.left());
      long there = ((long) pfn << Parts.SHIFT) + offset + done;
      MemorySegment part = ram.slice(there, step);
      long left =
          write
              ? memory.copyFromUser(cpu, mm, part, own.address(), false)
              : memory.copyToUser(cpu, mm, own.address(), part, false);
      own.advance(step - left);
      done += step - left;
      if (left != 0) {
        return done;
      }
    }
    return done;
  }
}
