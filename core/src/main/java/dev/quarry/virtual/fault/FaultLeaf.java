package dev.quarry.virtual.fault;

import java.util.Locale;

/**
 * Where the decision about a page fault ends: the leaves of the tree that {@code exc_page_fault}
 * walks (arch/x86/mm/fault.c, mm/memory.c, 6.18). {@link PageFaultHandler} has the tree.
 */
public enum FaultLeaf {
  /** The kernel's own tables have the entry, this process's copy of the root had not. */
  VMALLOC_FAULT(Effect.RESOLVED),
  /** The kernel's entry allows it by now: a TLB had an older one. */
  KERNEL_SPURIOUS(Effect.RESOLVED),
  /** A process touched the kernel's half. */
  KERNEL_HALF(Effect.SIGSEGV_MAPERR),
  /** The address cannot be one. */
  NOT_CANONICAL(Effect.SIGSEGV_KERNEL),
  /** No area holds the address. */
  NO_AREA(Effect.SIGSEGV_MAPERR),
  /** Below a stack that may not grow so far. */
  STACK_REFUSED(Effect.SIGSEGV_MAPERR),
  /** The area forbids this kind of access. */
  ACCESS_DENIED(Effect.SIGSEGV_ACCERR),
  /** The kernel touched a user's address where it must not wait. */
  ATOMIC(Effect.SIGSEGV_MAPERR),
  /** The kernel was about to fail and the exception table knows how to go on. */
  FIXUP(Effect.FIXUP),
  /** The kernel was about to fail and nobody knows how to go on. */
  OOPS(Effect.OOPS),
  /** Behind the end of the file. */
  BEYOND_FILE(Effect.SIGBUS),
  /** The file could not be read. */
  FILE_ERROR(Effect.SIGBUS),
  /** The OOM killer chose the process. */
  KILLED(Effect.SIGKILL),
  /** There is no memory for a table, a page or a descriptor. */
  OUT_OF_MEMORY(Effect.OUT_OF_MEMORY),
  /** On the way, not an end: the stack has grown. */
  STACK_GROWN(Effect.PASSED),
  /** Read of private memory that was never written: the page of zeros. */
  ZERO_PAGE(Effect.RESOLVED),
  /** Write to private memory that was never written: a page of its own, of zeros. */
  DEMAND_ZERO(Effect.RESOLVED),
  /** Read of a file whose page is in the cache; up to 16 around it came along. */
  FILE_AROUND(Effect.RESOLVED),
  /** Read of a file whose page had to be made or read first. */
  FILE_READ(Effect.RESOLVED),
  /** First write to a private mapping of a file: a copy. */
  PRIVATE_WRITE(Effect.RESOLVED),
  /** First write to a shared mapping. */
  SHARED_WRITE(Effect.RESOLVED),
  /** The page was in swap. */
  SWAP_IN(Effect.RESOLVED),
  /** First write where the page of zeros was read before. */
  COW_ZERO_PAGE(Effect.RESOLVED),
  /** Write to a page that others have too: a copy. */
  COW_COPY(Effect.RESOLVED),
  /** Write to a page that nobody else has any more. */
  COW_REUSE(Effect.RESOLVED),
  /** Write to a page of a shared mapping that was only read before. */
  MAKE_WRITABLE(Effect.RESOLVED),
  /** Read of memory that could be a huge page: the huge page of zeros. */
  HUGE_ZERO_PAGE(Effect.RESOLVED),
  /** Write to memory that could be a huge page: one of its own, of zeros. */
  HUGE_DEMAND_ZERO(Effect.RESOLVED),
  /** First write where the huge page of zeros was read before. */
  HUGE_COW_ZERO_PAGE(Effect.RESOLVED),
  /** Write to a huge page that nobody else has any more. */
  HUGE_COW_REUSE(Effect.RESOLVED),
  /** On the way, not an end: no huge page could be had, or a shared one was split. */
  HUGE_FALLBACK(Effect.PASSED),
  /** The entry allows it by now. */
  SPURIOUS(Effect.RESOLVED);

  /** What becomes of the access. */
  public enum Effect {
    /** It is tried again. */
    RESOLVED,
    /** The decision goes on. */
    PASSED,
    /** SIGSEGV, nothing is mapped there. */
    SIGSEGV_MAPERR,
    /** SIGSEGV, what is mapped there forbids it. */
    SIGSEGV_ACCERR,
    /** SIGSEGV without an address. */
    SIGSEGV_KERNEL,
    /** SIGBUS, there is nothing to be mapped. */
    SIGBUS,
    /** The process ends. */
    SIGKILL,
    /** There was no memory, and nobody to be killed for it. */
    OUT_OF_MEMORY,
    /** The kernel goes on elsewhere. */
    FIXUP,
    /** The kernel has a bug. */
    OOPS
  }

  private final Effect effect;
  private final String words = name().toLowerCase(Locale.ROOT).replace('_', ' ');

  FaultLeaf(Effect effect) {
    this.effect = effect;
  }

  /** What becomes of the access. */
  public Effect effect() {
    return effect;
  }

  /** Whether the access can be tried again. */
  public boolean isResolved() {
    return effect == Effect.RESOLVED;
  }

  /** Whether it says what the kernel does about another leaf, which came before. */
  boolean isAfterAnother() {
    return effect == Effect.FIXUP || effect == Effect.OOPS;
  }

  /** In words: {@code demand zero}. */
  public String words() {
    return words;
  }
}
