package dev.quarry.check;

import org.jspecify.annotations.Nullable;

/**
 * What the window of a process must show, page by page: 8 bytes of each are looked at.
 *
 * <pre>
 *   page ─► base: zeros, or a page of a {@link Backing}          own copy, if it was written
 *           exact: it shows its own copy, or else its base
 *           LOOSE: one of both, as after MADV_FREE
 *           ANY:   what it shows is not known until it is stored to
 * </pre>
 */
final class ModelSpace {
  static final byte NOTHING = 0;
  static final byte ANONYMOUS = 1;
  static final byte PRIVATE_FILE = 2;
  static final byte SHARED = 3;

  private static final byte OWN = 1;
  private static final byte LOOSE = 2;
  private static final byte ANY = 4;
  private static final int READ = 1;
  private static final int WRITE = 2;

  private final int worker;
  private final byte[] kinds;
  private final byte[] prots;
  private final byte[] states;
  private final @Nullable Backing[] backings;
  private final int[] backingPages;
  private final long[] own;

  ModelSpace(int worker, int pages) {
    this.worker = worker;
    this.kinds = new byte[pages];
    this.prots = new byte[pages];
    this.states = new byte[pages];
    this.backings = new Backing[pages];
    this.backingPages = new int[pages];
    this.own = new long[pages];
  }

  private ModelSpace(ModelSpace from) {
    this.worker = from.worker;
    this.kinds = from.kinds.clone();
    this.prots = from.prots.clone();
    this.states = from.states.clone();
    this.backings = from.backings.clone();
    this.backingPages = from.backingPages.clone();
    this.own = from.own.clone();
  }

  ModelSpace fork() {
    return new ModelSpace(this);
  }

  int pages() {
    return kinds.length;
  }

  byte kind(int page) {
    return kinds[page];
  }

  @Nullable Backing backing(int page) {
    return backings[page];
  }

  int backingPage(int page) {
    return backingPages[page];
  }

  /** How many pages from one on are mapped alike, so many at most. */
  int alike(int page, int most) {
    int end = page + 1;
    while (end < kinds.length
        && end - page < most
        && kinds[end] == kinds[page]
        && backings[end] == backings[page]) {
      end++;
    }
    return end - page;
  }

  void map(int page, byte kind, int prot, @Nullable Backing backing, int backingPage) {
    kinds[page] = kind;
    prots[page] = (byte) prot;
    states[page] = 0;
    backings[page] = backing;
    backingPages[page] = backingPage;
  }

  void unmap(int page) {
    map(page, NOTHING, 0, null, 0);
  }

  void protect(int page, int prot) {
    prots[page] = (byte) prot;
  }

  void move(int from, int to) {
    map(to, kinds[from], prots[from], backings[from], backingPages[from]);
    states[to] = states[from];
    own[to] = own[from];
    unmap(from);
  }

  /** How an access ends; x86 lets read what may be written. */
  Refusal refusal(int page, boolean write) {
    boolean allowed = (prots[page] & (write ? WRITE : READ | WRITE)) != 0;
    if (kinds[page] == NOTHING || !allowed) {
      return Refusal.SIGSEGV;
    }
    Backing backing = backings[page];
    boolean behind = backing != null && backingPages[page] >= backing.pages();
    return behind ? Refusal.SIGBUS : Refusal.NONE;
  }

  /** Whether a store to a page is the worker's to make. */
  boolean isWritten(int page) {
    Backing backing = backings[page];
    return kinds[page] != SHARED
        || backing == null
        || backing.isWrittenBy(worker, backingPages[page]);
  }

  /** What a store to a page puts there. */
  long stamp(int page, long number) {
    Backing backing = backings[page];
    return kinds[page] == SHARED && backing != null
        ? Stamp.of(backing.number(), backingPages[page], number)
        : Stamp.of(Stamp.PRIVATE, page, number);
  }

  void store(int page, long value) {
    Backing backing = backings[page];
    if (kinds[page] == SHARED && backing != null) {
      backing.store(backingPages[page], value);
    } else {
      states[page] = OWN;
      own[page] = value;
    }
  }

  private boolean baseAllows(int page, long value) {
    Backing backing = backings[page];
    return backing == null ? value == 0 : backing.allows(worker, backingPages[page], value);
  }

  /** Whether a page may show this. */
  boolean allows(int page, long value) {
    byte state = states[page];
    if ((state & ANY) != 0) {
      return true;
    }
    boolean isOwn = (state & OWN) != 0 && own[page] == value;
    boolean mayBeBase = (state & OWN) == 0 || (state & LOOSE) != 0;
    return isOwn || (mayBeBase && baseAllows(page, value));
  }

  /** What a page must show, in words. */
  String expected(int page) {
    Backing backing = backings[page];
    String base =
        backing == null
            ? "0x0"
            : "0x" + Long.toHexString(backing.value(backingPages[page])) + " of a file";
    String copy = "0x" + Long.toHexString(own[page]);
    boolean hasOwn = (states[page] & OWN) != 0;
    return !hasOwn ? base : (states[page] & LOOSE) != 0 ? copy + " or " + base : copy;
  }

  /** MADV_DONTNEED: its own copy goes; if that failed, it may have gone. */
  void drop(int page, boolean done) {
    if (kinds[page] == SHARED) {
      return;
    }
    if (done) {
      states[page] = 0;
    } else {
      mayGo(page);
    }
  }

  /** MADV_FREE: its own copy may go at any time. */
  void mayGo(int page) {
    if ((states[page] & OWN) != 0) {
      states[page] |= LOOSE;
    }
  }

  /** A private page of a file may have been copied without a store: mlock, MADV_POPULATE_WRITE. */
  void mayHaveCopied(int page) {
    Backing backing = backings[page];
    if (kinds[page] != PRIVATE_FILE || backing == null || states[page] == OWN) {
      return;
    }
    if (states[page] == 0 && backing.isCertain(worker, backingPages[page])) {
      own[page] = backing.value(backingPages[page]);
      states[page] = OWN | LOOSE;
    } else {
      states[page] = ANY;
    }
  }

  /** A file has become shorter: copies of pages behind its end go, too. */
  void shortened(Backing backing) {
    for (int page = 0; page < kinds.length; page++) {
      if (backings[page] == backing && backingPages[page] >= backing.pages()) {
        states[page] = 0;
      }
    }
  }
}
