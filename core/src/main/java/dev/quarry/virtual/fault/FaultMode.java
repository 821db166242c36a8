package dev.quarry.virtual.fault;

/** Who was interrupted by a page fault, and what could be done if it cannot be resolved. */
public enum FaultMode {
  /** A process. */
  USER,
  /** The kernel, in a function that the exception table knows: copy_from_user and its sisters. */
  KERNEL_WITH_FIXUP,
  /** The kernel anywhere else. */
  KERNEL,
  /** As above, with page faults disabled: it holds a spin lock, or serves an interrupt. */
  ATOMIC_WITH_FIXUP,
  /** The kernel where it must not fault. */
  ATOMIC;

  boolean isUser() {
    return this == USER;
  }

  boolean isAtomic() {
    return this == ATOMIC || this == ATOMIC_WITH_FIXUP;
  }

  boolean hasFixup() {
    return this == KERNEL_WITH_FIXUP || this == ATOMIC_WITH_FIXUP;
  }
}
