package dev.quarry.virtual.fault;

import dev.quarry.machine.UserError;
import dev.quarry.virtual.space.MmStruct;
import java.util.Locale;

/** An access that ends in a signal, or in an oops of the kernel: what it was that it ended in. */
public final class UserFaultException extends IllegalStateException implements UserError {
  private static final long serialVersionUID = 1L;

  private final long address;
  private final FaultLeaf leaf;

  UserFaultException(MmStruct mm, long address, FaultLeaf leaf) {
    super(String.format(Locale.ROOT, "0x%s: %s", mm.tables().layout().hex(address), words(leaf)));
    this.address = address;
    this.leaf = leaf;
  }

  private static String words(FaultLeaf leaf) {
    String why =
        switch (leaf.effect()) {
          case SIGSEGV_MAPERR -> "SIGSEGV, SEGV_MAPERR";
          case SIGSEGV_ACCERR -> "SIGSEGV, SEGV_ACCERR";
          case SIGSEGV_KERNEL -> "SIGSEGV, SI_KERNEL";
          case SIGBUS -> "SIGBUS, BUS_ADRERR";
          case SIGKILL -> "SIGKILL";
          case OUT_OF_MEMORY -> "out of memory";
          case OOPS -> "kernel oops";
          case RESOLVED, PASSED, FIXUP -> "page fault";
        };
    return why + " (" + leaf.words() + ")";
  }

  /** The address. */
  public long address() {
    return address;
  }

  /** Where the decision ended. */
  public FaultLeaf leaf() {
    return leaf;
  }
}
