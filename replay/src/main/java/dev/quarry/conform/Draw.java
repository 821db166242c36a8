package dev.quarry.conform;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Draws sequences: mostly sensible operations in a small window, so that areas are cut and merge
 * all the time, and now and then arguments that no program should use.
 */
final class Draw {
  private static final long ALL_BITS = -1L;
  private static final int MAP_FIXED = 0x10;
  private static final int MAP_NORESERVE = 0x4000;
  private static final long HUGE_BYTES = 2L << 20;
  private static final int MAP_HUGETLB = 0x40000;
  private static final int[] ADVICES = {
    0, 1, 2, 3, 4, 4, 4, 8, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24, 25, 5, 99,
    21, 21
  };

  /** Those that end a sequence, as Quarry does not follow them. */
  private static final int[] RARE_ADVICES = {100, 101, 102, 103};

  private static final int[] MAP_MORE = {
    0x100, 0x2000, 0x4000, 0x8000, 0x8000, 0x8000, 0x18000, 0x20000, 0x40, 0x80, 0x100000, 0x80000,
    0x4000000, 0x800, 0x40000
  };

  private final Random random;
  private final int pages;
  private final Settings settings;
  private boolean forked;

  private Draw(Random random) {
    this.random = random;
    this.pages = random.nextInt(3) == 0 ? Window.MOST_PAGES : 6 + random.nextInt(30);
    this.settings = settings();
  }

  /** The sequence of a seed and a number. */
  static Sequence sequence(long seed, long number, int length) {
    Draw draw = new Draw(new Random(seed * 0x9E37_79B9_7F4A_7C15L + number));
    List<Op> operations = new ArrayList<>();
    while (operations.size() < length) {
      operations.add(draw.next());
    }
    return new Sequence(draw.settings, operations);
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  private Settings settings() {
    int heap = random.nextInt(pages);
    boolean mayLock = oneIn(3);
    if (!oneIn(4)) {
      long none = Settings.NO_LIMIT;
      return new Settings(pages, heap, none, none, none, none, mayLock);
    }
    return new Settings(pages, heap, limit(), limit(), limit(), limit(), mayLock);
  }

  private long limit() {
    return oneIn(2) ? Settings.NO_LIMIT : random.nextInt(pages) * Window.PAGE;
  }

  private Op next() {
    int who = forked && oneIn(2) ? 1 : 0;
    int kind = random.nextInt(100);
    if (kind < 18) {
      return map(who);
    } else if (kind < 26) {
      return Op.of(who, Call.MUNMAP, address(), bytes());
    } else if (kind < 38) {
      return Op.of(who, Call.MPROTECT, address(), bytes(), prot());
    } else if (kind < 48) {
      return remap(who);
    } else if (kind < 57) {
      int[] some = oneIn(300) ? RARE_ADVICES : ADVICES;
      long advice = some[random.nextInt(some.length)];
      return Op.of(who, Call.MADVISE, address(), bytes(), advice);
    } else if (kind < 82) {
      return access(who);
    } else if (kind < 88) {
      return lock(who);
    } else {
      return rarer(who, kind);
    }
  }

  private Op rarer(int who, int kind) {
    return switch (kind) {
      case 88, 89 -> Op.of(who, Call.BRK, Window.at(settings.heapPage()) + near());
      case 90 -> Op.of(who, Call.MSYNC, address(), bytes(), random.nextInt(9));
      case 91 -> Op.of(who, Call.MINCORE, address(), bytes());
      case 92, 93 -> fork(who);
      case 94, 95 -> copy(who);
      case 96 -> Op.of(who, Call.FTRUNCATE, random.nextInt(2), fileBytes());
      default -> access(who);
    };
  }

  private Op fork(int who) {
    if (!forked) {
      forked = true;
      return Op.of(0, Call.FORK);
    }
    if (who == 0) {
      return access(who);
    }
    forked = false;
    return Op.of(1, Call.EXIT);
  }

  private long fileBytes() {
    long bytes = random.nextInt(KernelSetup.FILE_PAGES) * Window.PAGE;
    return oneIn(3) ? bytes + random.nextInt(4096) : bytes;
  }

  private long near() {
    return (random.nextInt(9) - 1) * Window.PAGE + (oneIn(4) ? random.nextInt(4096) : 0);
  }

  private long address() {
    if (oneIn(60)) {
      return oneIn(2)
          ? -Window.PAGE * (1 + random.nextInt(3))
          : Window.START + random.nextInt(4096);
    }
    return Window.at(random.nextInt(pages));
  }

  private long bytes() {
    if (oneIn(60)) {
      return oneIn(3) ? 0 : ALL_BITS - random.nextInt(2) * (Window.PAGE - 1);
    }
    long count = 1L + random.nextInt(oneIn(4) ? 10 : 3);
    return count * Window.PAGE - (oneIn(5) ? random.nextInt(4096) : 0);
  }

  private long prot() {
    if (oneIn(3)) {
      return oneIn(20) ? random.nextLong() : random.nextInt(8);
    }
    return 3;
  }

  private Op map(int who) {
    boolean anonymous = !oneIn(3);
    long flags = oneIn(4) ? 1 : 2;
    flags = oneIn(40) ? random.nextInt(16) : flags;
    flags |= anonymous ? 0x20 : 0;
    long address = oneIn(4) ? 0 : address();
    if (address != 0 && !oneIn(8)) {
      flags |= MAP_FIXED;
    }
    for (int more = random.nextInt(3); more > 0; more--) {
      flags |= MAP_MORE[random.nextInt(MAP_MORE.length)];
    }
    // Without a reserve a kernel without huge pages maps them all the same, over all guards.
    flags &= (flags & MAP_HUGETLB) != 0 ? ~MAP_NORESERVE : -1;
    flags &= (address & HUGE_BYTES - 1) == 0 ? ~MAP_HUGETLB : -1;
    long file = oneIn(40) ? Op.BAD_FILE : random.nextInt(2);
    long offset = random.nextInt(8) * Window.PAGE + (oneIn(40) ? 512 : 0);
    offset = oneIn(60) ? -Window.PAGE * (1 + random.nextInt(8)) : offset;
    return Op.of(
        who,
        Call.MMAP,
        address,
        bytes(),
        prot(),
        flags,
        anonymous ? Op.NO_FILE : file,
        anonymous && !oneIn(20) ? 0 : offset);
  }

  private Op remap(int who) {
    long flags =
        switch (random.nextInt(10)) {
          case 0, 1 -> 0;
          case 2, 3, 4 -> 1;
          case 5 -> 5;
          case 6 -> 7;
          case 7 -> random.nextInt(9);
          default -> 3;
        };
    long bytes = oneIn(20) ? 0 : bytes();
    long other = oneIn(2) ? bytes : bytes();
    return Op.of(who, Call.MREMAP, address(), bytes, other, flags, address());
  }

  private long inPage(int bytes) {
    return Window.at(random.nextInt(pages)) + 8L * random.nextInt(4096 / 8 - bytes / 8);
  }

  private Op access(int who) {
    long at = inPage(16);
    int value = random.nextInt();
    return switch (random.nextInt(12)) {
      case 0 -> Op.of(who, Call.WRITE, at, 1 + random.nextInt(16));
      case 1 -> Op.of(who, Call.READ, at, 1 + random.nextInt(16), value & 0x7f);
      case 2, 3, 4 -> Op.of(who, Call.LOAD, at, 8);
      case 5 -> Op.of(who, Call.LOAD, at + random.nextInt(8), 1);
      case 6 -> Op.of(who, Call.STORE, at + random.nextInt(8), 1, value & 0xff);
      default -> Op.of(who, Call.STORE, at, 8, value);
    };
  }

  private Op lock(int who) {
    return switch (random.nextInt(12)) {
      case 0 -> Op.of(who, Call.MLOCKALL, random.nextInt(8));
      case 1 -> Op.of(who, Call.MUNLOCKALL);
      case 2, 3, 4, 5 -> Op.of(who, Call.MUNLOCK, address(), bytes());
      case 6, 7, 8 -> Op.of(who, Call.MLOCK2, address(), bytes(), random.nextInt(3));
      default -> Op.of(who, Call.MLOCK, address(), bytes());
    };
  }

  private Op copy(int who) {
    Call call = oneIn(2) ? Call.PROCESS_VM_READV : Call.PROCESS_VM_WRITEV;
    boolean few = oneIn(2);
    long bytes = 1L + random.nextInt(few ? 100 : 9000);
    long other = oneIn(4) ? 1 + random.nextInt(9000) : bytes;
    long target = forked && who == 0 && oneIn(2) ? 1 : who;
    long to = inPage(16);
    // Where both sides are one page, places that overlap are copied as the processor likes.
    long offset = few ? to + 128 & Window.PAGE - 1 : to & Window.PAGE - 1;
    long from = Window.at(random.nextInt(pages)) + offset;
    return Op.of(who, call, to, bytes, from, few ? Math.min(other, 128) : other, target);
  }
}
