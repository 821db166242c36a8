package dev.quarry.replay.calls;

import java.util.List;
import java.util.Optional;

/** Finds out that a recording is of another architecture than x86-64 with four levels. */
public final class Foreign {
  /** One past the highest address of a process. */
  public static final long USER_END = 0x7fff_ffff_f000L;

  private static final long PAGE = 4096;

  private Foreign() {}

  /** Why a call cannot be one of x86-64; empty if it can. */
  static Optional<String> why(CallName name, List<Long> arguments, long result) {
    boolean failed = result < 0;
    if (name == CallName.MMAP && arguments.size() < 6) {
      return Optional.of("mmap has 6 arguments, here " + arguments.size());
    }
    boolean places = name == CallName.MMAP || name == CallName.MREMAP || name == CallName.BRK;
    return places && !failed ? address(result) : Optional.empty();
  }

  /** Why an address cannot be a process's; empty if it can. */
  public static Optional<String> address(long address) {
    if (Long.compareUnsigned(address, USER_END) < 0) {
      return Optional.empty();
    }
    return Optional.of(
        "0x"
            + Long.toHexString(address)
            + " is above the highest address of a process on x86-64, 0x"
            + Long.toHexString(USER_END - PAGE));
  }
}
