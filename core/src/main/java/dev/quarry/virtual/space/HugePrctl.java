package dev.quarry.virtual.space;

import dev.quarry.virtual.space.HugeState.Disabled;

/**
 * The operations prctl(PR_SET_THP_DISABLE) and prctl(PR_GET_THP_DISABLE): {@code
 * prctl_set_thp_disable} (kernel/sys.c, 6.18). What is huge already stays so.
 */
public final class HugePrctl {
  /** PR_THP_DISABLE_EXCEPT_ADVISED. */
  public static final long EXCEPT_ADVISED = 1 << 1;

  private HugePrctl() {}

  /**
   * Says whether a process may have huge pages.
   *
   * @param disable any but 0: it may not
   * @param flags {@link #EXCEPT_ADVISED} or 0, which it must be to allow them again
   * @return 0 or a negated {@link Errno}
   */
  public static long set(MmStruct mm, long disable, long flags) {
    boolean known = disable == 0 ? flags == 0 : (flags & ~EXCEPT_ADVISED) == 0;
    if (!known) {
      return -Errno.EINVAL;
    }
    mm.lock();
    Disabled forbidden = flags == 0 ? Disabled.COMPLETELY : Disabled.EXCEPT_ADVISED;
    mm.huge().disabled(disable == 0 ? Disabled.NO : forbidden);
    mm.unlock();
    return 0;
  }

  /** 0: it may; 1: it may not; 3: only where it was advised. */
  public static long get(MmStruct mm) {
    mm.lock();
    Disabled disabled = mm.huge().disabled();
    mm.unlock();
    return switch (disabled) {
      case NO -> 0;
      case COMPLETELY -> 1;
      case EXCEPT_ADVISED -> 1 | EXCEPT_ADVISED;
    };
  }
}
