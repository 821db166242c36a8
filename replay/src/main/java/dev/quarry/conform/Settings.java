package dev.quarry.conform;

/**
 * What a sequence begins with.
 *
 * @param pages of the window
 * @param heapPage where in the window the heap begins
 * @param lockBytes RLIMIT_MEMLOCK
 * @param stackBytes RLIMIT_STACK
 * @param dataBytes RLIMIT_DATA
 * @param moreBytes how far RLIMIT_AS is above what is mapped at the beginning
 * @param mayLock whether RLIMIT_MEMLOCK does not hold: CAP_IPC_LOCK
 */
record Settings(
    int pages,
    int heapPage,
    long lockBytes,
    long stackBytes,
    long dataBytes,
    long moreBytes,
    boolean mayLock) {
  /** No limit. */
  static final long NO_LIMIT = -1;

  /** Without limits. */
  static Settings plain(int pages, int heapPage) {
    return new Settings(pages, heapPage, NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_LIMIT, false);
  }

  /** The same window without limits. */
  Settings withoutLimits() {
    return plain(pages, heapPage);
  }
}
