package dev.quarry.virtual;

import java.util.Locale;

/**
 * An access that the page tables do not allow, as the processor tells the kernel: CR2 and the error
 * code.
 *
 * @param address that was accessed
 * @param access bits of {@link Access}
 * @param level the kernel's name of the level whose entry refused; empty if none was read
 */
public record PageFault(
    PageTableLayout layout, long address, int access, Cause cause, String level) {
  private static final int PRESENT = 1;

  /** Why. */
  public enum Cause {
    /** An entry on the way is not present. */
    NOT_PRESENT,
    /** The entries are there, and forbid this access. */
    PROTECTION,
    /** The address cannot be one: a general protection fault, not a page fault. */
    NOT_CANONICAL
  }

  /** The error code that the processor pushes. */
  public int errorCode() {
    return access | (cause == Cause.PROTECTION ? PRESENT : 0);
  }

  /** The fault in one line. */
  public String text() {
    String what = Access.words(access) + " of 0x" + layout.hex(address);
    return switch (cause) {
      case NOT_CANONICAL -> what + ": not a canonical address";
      case NOT_PRESENT -> what + ": no " + level + " entry" + code();
      case PROTECTION -> what + ": the " + level + " entry forbids it" + code();
    };
  }

  private String code() {
    return String.format(Locale.ROOT, " (error code 0x%04x)", errorCode());
  }
}
