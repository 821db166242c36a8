package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.virtual.Access;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Translation;
import dev.quarry.virtual.space.MmStruct;
import java.lang.foreign.MemorySegment;

/**
 * What processes load and store: through their page tables, page by page, with the faults that come
 * of it.
 *
 * <p>Each access to a page is made with the lock of the address space held, so that the frame
 * cannot become somebody else's meanwhile: where a processor has its TLB flushed first.
 */
public final class UserMemory {
  private static final long OFFSET_MASK = PageTableLayout.PAGE_SIZE - 1L;

  private final PageFaultHandler handler;
  private final Ram ram;
  private volatile Translation translation = Translation.WITHOUT_TLB;

  UserMemory(PageFaultHandler handler, Ram ram) {
    this.handler = handler;
    this.ram = ram;
  }

  /** Says how accesses find their physical addresses from now on. */
  public void through(Translation how) {
    translation = how;
  }

  /**
   * Loads bytes as a process, the lowest address's lowest.
   *
   * @param bytes 1 to 8
   * @throws UserFaultException if the access ends in a signal
   */
  public long load(Cpu cpu, MmStruct mm, long address, int bytes) {
    if (bytes == Long.BYTES && (address & OFFSET_MASK) <= OFFSET_MASK + 1 - Long.BYTES) {
      long physical = lockedPhysical(cpu, mm, address, Access.READ | Access.USER);
      long value = ram.getLong(physical);
      mm.unlock();
      return value;
    }
    byte[] parts = new byte[checked(bytes)];
    read(cpu, mm, address, MemorySegment.ofArray(parts));
    long value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = (value << Byte.SIZE) | (parts[i] & 0xFF);
    }
    return value;
  }

  /**
   * Stores the lowest bytes of a value as a process.
   *
   * @param bytes 1 to 8
   * @throws UserFaultException if the access ends in a signal; nothing was stored
   */
  public void store(Cpu cpu, MmStruct mm, long address, int bytes, long value) {
    int access = Access.WRITE | Access.USER;
    if (bytes == Long.BYTES && (address & OFFSET_MASK) <= OFFSET_MASK + 1 - Long.BYTES) {
      ram.putLong(lockedPhysical(cpu, mm, address, access), value);
      mm.unlock();
      return;
    }
    byte[] parts = new byte[checked(bytes)];
    for (int i = 0; i < bytes; i++) {
      parts[i] = (byte) (value >>> (i * Byte.SIZE));
    }
    // The lower page first, as a processor reports it; both are there, or none is written.
    copy(cpu, mm, address, parts.length, access, FaultMode.USER, (at, physical, size) -> {});
    write(cpu, mm, address, MemorySegment.ofArray(parts));
  }

  /** Where a process's access goes; the lock of its address space is held then. */
  private long lockedPhysical(Cpu cpu, MmStruct mm, long address, int access) {
    while (true) {
      mm.lock();
      long physical = translation.translate(cpu, mm.tables(), address, access);
      boolean own = Long.compareUnsigned(address, mm.taskSize()) < 0;
      if (physical == PageTables.NO_TRANSLATION && own) {
        physical = faultLocked(cpu, mm, address, access);
      }
      if (physical != PageTables.NO_TRANSLATION) {
        return physical;
      }
      mm.unlock();
      resolve(cpu, mm, address, access, FaultMode.USER);
    }
  }

  /** A fault in the user's half, and the access again. */
  private long faultLocked(Cpu cpu, MmStruct mm, long address, int access) {
    boolean write = (access & Access.WRITE) != 0;
    int code = write ? access : PageFaultHandler.errorCode(mm.tables(), address, access);
    FaultLeaf leaf = handler.handleLocked(cpu, mm, address, code);
    if (mm.task().isVictim()) {
      leaf = FaultLeaf.KILLED; // by this very fault, it may be
    }
    if (!leaf.isResolved()) {
      mm.unlock();
      throw new UserFaultException(mm, address, leaf);
    }
    return translation.translate(cpu, mm.tables(), address, access);
  }

  private static int checked(int bytes) {
    if (bytes < 1 || bytes > Long.BYTES) {
      throw new IllegalArgumentException(bytes + " bytes are not 1 to " + Long.BYTES);
    }
    return bytes;
  }

  /**
   * Loads memory as a process, page by page.
   *
   * @throws UserFaultException at the first page that ends in a signal
   */
  public void read(Cpu cpu, MmStruct mm, long address, MemorySegment to) {
    int access = Access.READ | Access.USER;
    copy(cpu, mm, address, to.byteSize(), access, FaultMode.USER, copyingTo(to));
  }

  /**
   * Stores memory as a process, page by page.
   *
   * @throws UserFaultException at the first page that ends in a signal; those before were written
   */
  public void write(Cpu cpu, MmStruct mm, long address, MemorySegment from) {
    int access = Access.WRITE | Access.USER;
    copy(cpu, mm, address, from.byteSize(), access, FaultMode.USER, copyingFrom(from));
  }

  /**
   * Loads an instruction's first byte as a process: what a jump there does.
   *
   * @throws UserFaultException if the access ends in a signal
   */
  public void fetch(Cpu cpu, MmStruct mm, long address) {
    int access = Access.FETCH | Access.USER;
    copy(cpu, mm, address, 1, access, FaultMode.USER, (at, physical, size) -> {});
  }

  /**
   * Loads bytes as the kernel, at any address, where no exception table helps.
   *
   * @param bytes 1 to 8
   * @throws UserFaultException if that is an oops; the log has it
   */
  public long kernelLoad(Cpu cpu, MmStruct mm, long address, int bytes, boolean atomic) {
    byte[] parts = new byte[checked(bytes)];
    FaultMode mode = atomic ? FaultMode.ATOMIC : FaultMode.KERNEL;
    copy(cpu, mm, address, bytes, Access.READ, mode, copyingTo(MemorySegment.ofArray(parts)));
    long value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = (value << Byte.SIZE) | (parts[i] & 0xFF);
    }
    return value;
  }

  /** Copies from a process into the kernel: {@code copy_from_user()}; what was left of it. */
  public long copyFromUser(Cpu cpu, MmStruct mm, MemorySegment to, long from, boolean atomic) {
    return kernelCopy(cpu, mm, from, to.byteSize(), Access.READ, atomic, copyingTo(to));
  }

  /** Copies from the kernel into a process: {@code copy_to_user()}; what was left of it. */
  public long copyToUser(Cpu cpu, MmStruct mm, long to, MemorySegment from, boolean atomic) {
    return kernelCopy(cpu, mm, to, from.byteSize(), Access.WRITE, atomic, copyingFrom(from));
  }

  private long kernelCopy(
      Cpu cpu, MmStruct mm, long address, long bytes, int access, boolean atomic, PageUse use) {
    long end = address + bytes;
    boolean wraps = Long.compareUnsigned(end, address) < 0;
    if (wraps || Long.compareUnsigned(end, mm.taskSize()) > 0) {
      return bytes; // access_ok
    }
    FaultMode mode = atomic ? FaultMode.ATOMIC_WITH_FIXUP : FaultMode.KERNEL_WITH_FIXUP;
    return bytes - copy(cpu, mm, address, bytes, access, mode, use);
  }

  /** What is done with a part of a page that can be accessed. */
  @FunctionalInterface
  private interface PageUse {
    void part(long done, long physical, long bytes);
  }

  private PageUse copyingTo(MemorySegment to) {
    return (done, physical, bytes) -> to.asSlice(done, bytes).copyFrom(ram.slice(physical, bytes));
  }

  private PageUse copyingFrom(MemorySegment from) {
    return (done, physical, bytes) ->
        ram.slice(physical, bytes).copyFrom(from.asSlice(done, bytes));
  }

  /** Goes over pages; returns how many bytes were used before the exception table took over. */
  private long copy(
      Cpu cpu, MmStruct mm, long address, long bytes, int access, FaultMode mode, PageUse use) {
    long done = 0;
    while (done < bytes) {
      long at = address + done;
      long step = Math.min(bytes - done, OFFSET_MASK + 1 - (at & OFFSET_MASK));
      mm.lock();
      long physical = translation.translate(cpu, mm.tables(), at, access);
      boolean used = physical != PageTables.NO_TRANSLATION;
      if (used) {
        use.part(done, physical, step);
      }
      mm.unlock();
      if (used) {
        done += step;
      } else if (!resolve(cpu, mm, at, access, mode)) {
        return done;
      }
    }
    return done;
  }

  /** Returns whether the access can be tried again; false: the exception table takes over. */
  private boolean resolve(Cpu cpu, MmStruct mm, long address, int access, FaultMode mode) {
    int code = PageFaultHandler.errorCode(mm.tables(), address, access);
    FaultLeaf leaf = handler.handle(cpu, mm, address, code, mode);
    if (mode.isUser() && mm.task().isVictim()) {
      throw new UserFaultException(mm, address, FaultLeaf.KILLED);
    }
    if (leaf.isResolved()) {
      return true;
    }
    if (leaf == FaultLeaf.FIXUP) {
      return false;
    }
    throw new UserFaultException(mm, address, leaf);
  }
}
