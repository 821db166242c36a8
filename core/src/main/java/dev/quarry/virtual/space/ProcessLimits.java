package dev.quarry.virtual.space;

/**
 * What a process may have and do: the limits of {@code setrlimit()} that concern memory, soft
 * values in bytes, and the capabilities that lift some of them.
 */
public final class ProcessLimits {
  /** No limit: RLIM_INFINITY, read as unsigned. */
  public static final long INFINITY = -1;

  private static final long STACK_BYTES = 8L << 20;
  private static final long MEMLOCK_BYTES = 8L << 20;

  private long addressSpace = INFINITY;
  private long data = INFINITY;
  private long stack = STACK_BYTES;
  private long memlock = MEMLOCK_BYTES;
  private boolean mayLockMemory;
  private boolean mayMapLow;
  private boolean isAdmin;

  /** Linux's defaults for an ordinary user. */
  public ProcessLimits() {}

  /** A copy, as fork makes it. */
  public ProcessLimits copy() {
    ProcessLimits copy = new ProcessLimits();
    copy.addressSpace = addressSpace;
    copy.data = data;
    copy.stack = stack;
    copy.memlock = memlock;
    copy.mayLockMemory = mayLockMemory;
    copy.mayMapLow = mayMapLow;
    copy.isAdmin = isAdmin;
    return copy;
  }

  /** Gives or takes all capabilities: CAP_IPC_LOCK, CAP_SYS_RAWIO, CAP_SYS_ADMIN. */
  public void privileged(boolean all) {
    mayLockMemory = all;
    mayMapLow = all;
    isAdmin = all;
  }

  /** RLIMIT_AS: bytes of all areas. */
  public long addressSpace() {
    return addressSpace;
  }

  /** Sets RLIMIT_AS. */
  public void addressSpace(long bytes) {
    addressSpace = bytes;
  }

  /** RLIMIT_DATA: bytes of private writable areas. */
  public long data() {
    return data;
  }

  /** Sets RLIMIT_DATA. */
  public void data(long bytes) {
    data = bytes;
  }

  /** RLIMIT_STACK: bytes of a stack. */
  public long stack() {
    return stack;
  }

  /** Sets RLIMIT_STACK. */
  public void stack(long bytes) {
    stack = bytes;
  }

  /** RLIMIT_MEMLOCK: bytes of locked areas. */
  public long memlock() {
    return memlock;
  }

  /** Sets RLIMIT_MEMLOCK. */
  public void memlock(long bytes) {
    memlock = bytes;
  }

  /** CAP_IPC_LOCK: RLIMIT_MEMLOCK does not hold. */
  public boolean mayLockMemory() {
    return mayLockMemory;
  }

  /** Gives or takes CAP_IPC_LOCK. */
  public void mayLockMemory(boolean may) {
    mayLockMemory = may;
  }

  /** CAP_SYS_RAWIO: {@code vm.mmap_min_addr} does not hold. */
  public boolean mayMapLow() {
    return mayMapLow;
  }

  /** CAP_SYS_ADMIN: the reserve of the overcommit rules is open to it. */
  public boolean isAdmin() {
    return isAdmin;
  }

  /** Whether an address space may grow by so many pages of an area: {@code may_expand_vm}. */
  boolean mayExpand(MmStruct mm, long flags, long pages) {
    if (exceeds(mm.totalVm() + pages, addressSpace)) {
      return false;
    }
    // A limit of 0 does not hold: Valgrind sets it, and means its own data.
    return !VmFlags.isData(flags) || data == 0 || !exceeds(mm.dataVm() + pages, data);
  }

  private static boolean exceeds(long pages, long limitBytes) {
    return Long.compareUnsigned(pages, limitBytes >>> MmStruct.PAGE_SHIFT) > 0;
  }

  /** Whether it may lock memory at all: {@code can_do_mlock}. */
  boolean canLock() {
    return memlock != 0 || mayLockMemory;
  }

  /** Whether areas of these flags may grow by so many bytes: {@code mlock_future_ok}. */
  boolean mayLockMore(MmStruct mm, long flags, long bytes) {
    if ((flags & VmFlags.LOCKED) == 0 || mayLockMemory) {
      return true;
    }
    return !exceeds((bytes >>> MmStruct.PAGE_SHIFT) + mm.lockedVm(), memlock);
  }
}
