package dev.quarry.virtual.space;

/**
 * What an area is like: the VM_* flags of include/linux/mm.h, with the values of Linux 6.18.
 *
 * <p>The four lowest bits say what is allowed now, the next four what mprotect may allow.
 */
public final class VmFlags {
  public static final long READ = 0x1;
  public static final long WRITE = 0x2;
  public static final long EXEC = 0x4;
  public static final long SHARED = 0x8;
  public static final long MAYREAD = 0x10;
  public static final long MAYWRITE = 0x20;
  public static final long MAYEXEC = 0x40;
  public static final long MAYSHARE = 0x80;

  /** Grows towards lower addresses when the page below it is touched: a stack. */
  public static final long GROWSDOWN = 0x100;

  /** Shows frames that have no descriptors of their own. */
  public static final long PFNMAP = 0x400;

  public static final long LOCKED = 0x2000;
  public static final long IO = 0x4000;
  public static final long SEQ_READ = 0x8000;
  public static final long RAND_READ = 0x10000;
  public static final long DONTCOPY = 0x20000;
  public static final long DONTEXPAND = 0x40000;

  /** Pages are locked as they are faulted in, not at once. */
  public static final long LOCKONFAULT = 0x80000;

  /** The pages count in Committed_AS. */
  public static final long ACCOUNT = 0x100000;

  /** The pages do not count in Committed_AS, whatever they are. */
  public static final long NORESERVE = 0x200000;

  public static final long HUGETLB = 0x400000;
  public static final long SYNC = 0x800000;
  public static final long WIPEONFORK = 0x2000000;
  public static final long DONTDUMP = 0x4000000;

  /** Mapped, or grown, since somebody last looked at the soft-dirty bits. */
  public static final long SOFTDIRTY = 0x8000000;

  public static final long MIXEDMAP = 0x10000000;
  public static final long HUGEPAGE = 0x20000000;
  public static final long NOHUGEPAGE = 0x40000000;
  public static final long MERGEABLE = 0x80000000L;

  /** Pages may be dropped under pressure, and read as zeros then. */
  public static final long DROPPABLE = 1L << 40;

  /** What may be done: VM_ACCESS_FLAGS. */
  public static final long ACCESS = READ | WRITE | EXEC;

  /** What mprotect may allow. */
  public static final long MAY_ACCESS = MAYREAD | MAYWRITE | MAYEXEC;

  /** Kinds that never merge: VM_SPECIAL. */
  public static final long SPECIAL = IO | DONTEXPAND | PFNMAP | MIXEDMAP;

  /** Both kinds of locking: VM_LOCKED_MASK. */
  public static final long LOCKED_MASK = LOCKED | LOCKONFAULT;

  /** Data of a process: VM_DATA_DEFAULT_FLAGS of x86. */
  public static final long DATA_DEFAULT = READ | WRITE | MAY_ACCESS;

  /** What two areas that merge may differ in. */
  public static final long IGNORED_BY_MERGE = SOFTDIRTY;

  private VmFlags() {}

  /** Whether pages count as {@code data_vm}: private and writable, and no stack. */
  public static boolean isData(long flags) {
    return (flags & (WRITE | SHARED | GROWSDOWN)) == WRITE;
  }

  /** Whether pages count as {@code stack_vm}. */
  public static boolean isStack(long flags) {
    return (flags & GROWSDOWN) != 0;
  }

  /** Whether pages count as {@code exec_vm}: code that nobody writes. */
  public static boolean isExec(long flags) {
    return (flags & (EXEC | WRITE | GROWSDOWN)) == EXEC;
  }

  /** Whether an area's pages count in Committed_AS. */
  static boolean isAccounted(long flags) {
    return (flags & ACCOUNT) != 0;
  }

  /** Whether a new area of these flags is to count in Committed_AS: private, writable, reserved. */
  static boolean isAccountable(long flags) {
    return (flags & (NORESERVE | SHARED | WRITE)) == WRITE;
  }
}
