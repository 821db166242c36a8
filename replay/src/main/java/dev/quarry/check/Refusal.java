package dev.quarry.check;

import dev.quarry.virtual.fault.FaultLeaf;

/** How an access must end. */
enum Refusal {
  /** It is allowed. */
  NONE,
  /** Nothing is mapped, or what is mapped forbids it. */
  SIGSEGV,
  /** It is behind the end of the file. */
  SIGBUS;

  /** Whether a fault that ended so is this refusal. */
  boolean isMeantBy(FaultLeaf leaf) {
    return switch (leaf.effect()) {
      case SIGSEGV_MAPERR, SIGSEGV_ACCERR -> this == SIGSEGV;
      case SIGBUS -> this == SIGBUS;
      default -> false;
    };
  }
}
