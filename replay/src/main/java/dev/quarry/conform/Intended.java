package dev.quarry.conform;

import dev.quarry.conform.Difference.What;
import dev.quarry.virtual.space.Errno;
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
      boolean refused = errno(difference.kernel(), Errno.ENOMEM, Errno.EAGAIN);
      return difference.what() == What.RESULT
          && refused
          && (op.call() == Call.BRK || !errno(difference.quarry(), Errno.ENOMEM, Errno.EAGAIN))
          && before.stream().anyMatch(Intended::leavesAnEmptyArea);
    }
  },

  /**
   * Pages of a file on a disk that must be read come in larger folios, and faults take more tries.
   */
  DISK_READ {
    @Override
    boolean is(Difference difference, List<Op> before, Op op) {
      boolean residency =
          difference.what() == What.PAGES
              || difference.what() == What.FAULTS
              || difference.what() == What.DATA;
      return residency && before.stream().anyMatch(Intended::dropsPagesOfDisk);
    }
  },

  /** Reclaim that a process asks for: Quarry has none. */
  PAGEOUT {
    @Override
    boolean is(Difference difference, List<Op> before, Op op) {
      return op.call() == Call.MADVISE
          && op.c() == MADV_PAGEOUT
          && difference.what() != What.RESULT;
    }
  },

  /** Guard regions without areas: Quarry does not know this advice. */
  GUARD_REGION {
    @Override
    boolean is(Difference difference, List<Op> before, Op op) {
      return op.call() == Call.MADVISE
          && (op.c() == MADV_GUARD_INSTALL || op.c() == MADV_GUARD_INSTALL + 1)
          && errno(difference.quarry(), Errno.EINVAL, Errno.EINVAL);
    }
  },

  /** Bad memory is for administrators to declare: EPERM for others, unknown to Quarry. */
  HWPOISON {
    @Override
    boolean is(Difference difference, List<Op> before, Op op) {
      return op.call() == Call.MADVISE
          && (op.c() == MADV_HWPOISON || op.c() == MADV_HWPOISON + 1)
          && errno(difference.kernel(), Errno.EPERM, Errno.EPERM);
    }
  };

  private static final int MADV_PAGEOUT = 21;
  private static final int MADV_HWPOISON = 100;
  private static final int MADV_GUARD_INSTALL = 102;
  private static final int MADV_REMOVE = 9;
  private static final int MREMAP_DONTUNMAP = 4;

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

  private static boolean errno(String text, int one, int other) {
    return text.equals(Errno.text(-one)) || text.equals(Errno.text(-other));
  }

  private static boolean leavesAnEmptyArea(Op op) {
    return op.call() == Call.MREMAP && (op.d() & MREMAP_DONTUNMAP) != 0;
  }

  private static boolean dropsPagesOfDisk(Op op) {
    boolean hole = op.call() == Call.MADVISE && op.c() == MADV_REMOVE;
    return hole || (op.call() == Call.FTRUNCATE && op.a() == Op.DISK_FILE);
  }
}
