package dev.quarry.conform;

import dev.quarry.conform.Difference.What;
import dev.quarry.virtual.space.Advice;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MapFlags;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Differences that {@code decisions/conform.md} gives reasons for. A sequence ends where one is
 * met: what follows has another state to begin with.
 */
enum Intended {
  /**
   * The process keeps counting pages as locked that mremap with DONTUNMAP has unlocked; Quarry
   * counts what is locked.
   */
  LOCKED_TWICE {
    @Override
    boolean is(Difference difference, List<Op> before, Op op) {
      boolean refused =
          op.call() == Call.BRK
              ? difference.quarry().equals(Errno.text(op.a()))
              : isErrno(difference.kernel(), Errno.EAGAIN)
                  || (isErrno(difference.kernel(), Errno.ENOMEM)
                      && !isErrno(difference.quarry(), Errno.EAGAIN));
      boolean differs =
          switch (difference.what()) {
            case RESULT -> refused;
            case AREAS -> isLock(op); // refused by the limit, or later, for want of pages
            case PAGES -> op.call() == Call.MADVISE && op.c() == Advice.PAGEOUT.number();
            default -> false;
          };
      return differs && leavesLockedPages(before);
    }
  },

  /** Reclaim where the host has swap: Quarry's machine here has none. */
  PAGEOUT {
    @Override
    boolean is(Difference difference, List<Op> before, Op op) {
      return op.call() == Call.MADVISE
          && op.c() == Advice.PAGEOUT.number()
          && difference.what() != What.RESULT
          && Platform.hasSwap();
    }
  },

  /** Guard regions without areas: Quarry does not know this advice. */
  GUARD_REGION {
    @Override
    boolean is(Difference difference, List<Op> before, Op op) {
      return op.call() == Call.MADVISE
          && (op.c() == MADV_GUARD_INSTALL || op.c() == MADV_GUARD_INSTALL + 1)
          && (difference.what() != What.RESULT || isErrno(difference.quarry(), Errno.EINVAL));
    }
  },

  /**
   * Where no page table is yet, 6.18 maps nothing around a fault if what it would map begins with
   * the last page of a file on a disk; Quarry maps that page.
   */
  LAST_PAGE {
    @Override
    boolean is(Difference difference, List<Op> before, Op op) {
      return difference.what() == What.PAGES
          && difference.kernel().equals(difference.quarry().replaceFirst("[XS]", "."))
          && before.stream().anyMatch(o -> o.call() == Call.FTRUNCATE && o.a() == Op.DISK_FILE);
    }
  },

  /**
   * A list of the CPU's still holds a page that was just unlocked: to give it to its last user the
   * kernel makes a copy, which is clean; Quarry has no such list and gives the page itself.
   */
  UNLOCKED_BATCH {
    @Override
    boolean is(Difference difference, List<Op> before, Op op) {
      return difference.what() == What.SMAPS
          && withoutDirty(difference.kernel()).equals(withoutDirty(difference.quarry()))
          && before.stream().anyMatch(o -> o.call() == Call.FORK)
          && before.stream().anyMatch(Intended::locks);
    }
  },

  /** Bad memory is for administrators to declare: EPERM for others, unknown to Quarry. */
  HWPOISON {
    @Override
    boolean is(Difference difference, List<Op> before, Op op) {
      return op.call() == Call.MADVISE
          && (op.c() == MADV_HWPOISON || op.c() == MADV_HWPOISON + 1)
          && isErrno(difference.kernel(), Errno.EPERM);
    }
  };

  private static final int MADV_HWPOISON = 100;
  private static final int MADV_GUARD_INSTALL = 102;

  /** Whether this is one, at an operation and after others. */
  abstract boolean is(Difference difference, List<Op> before, Op op);

  /** The one that a difference is, if any. */
  static Optional<Intended> of(Difference difference, Sequence sequence) {
    List<Op> done = sequence.operations().subList(0, difference.operation() + 1);
    List<Op> before = done.subList(0, done.size() - 1);
    for (Intended one : values()) {
      if (one.is(difference, before, done.getLast())) {
        return Optional.of(one);
      }
    }
    return Optional.empty();
  }

  /** Its name in results and decisions. */
  String spelled() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static boolean isErrno(String text, int number) {
    return text.equals(Errno.text(-number));
  }

  private static boolean locks(Op op) {
    return isLock(op) || (op.call() == Call.MMAP && (op.d() & MapFlags.MAP_LOCKED) != 0);
  }

  private static boolean isLock(Op op) {
    return op.call() == Call.MLOCK || op.call() == Call.MLOCK2 || op.call() == Call.MLOCKALL;
  }

  private static String withoutDirty(String smaps) {
    return smaps.replaceAll("(Pss_Dirty|(Shared|Private)_(Clean|Dirty)):[0-9]+kB", "");
  }

  /** Whether mremap with DONTUNMAP comes after something that may lock what it leaves. */
  private static boolean leavesLockedPages(List<Op> before) {
    boolean locked = false;
    for (Op op : before) {
      locked |= locks(op);
      if (locked && op.call() == Call.MREMAP && (op.d() & MapFlags.MREMAP_DONTUNMAP) != 0) {
        return true;
      }
    }
    return false;
  }
}
