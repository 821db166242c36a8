package dev.quarry.virtual.cache;

/**
 * The last error of writing a file back, so that each who has it open is told once: {@code
 * errseq_t} (lib/errseq.c, 6.18).
 *
 * <pre>
 *   set ─► 1, unseen ─► A asks: told, seen ─► A asks: nothing new
 *                         B, who had it open before: told
 *                         C, who opened it after A was told: nothing
 * </pre>
 */
final class ErrSeq {
  /** What one who opened the file before any error remembers. */
  static final long NEVER = 0;

  private long number = NEVER;
  private int errno;
  private boolean seen;

  /** An error happened; one that nobody has seen yet is the same still. */
  synchronized void set(int error) {
    if (number == NEVER || seen || errno != error) {
      number++;
    }
    errno = error;
    seen = false;
  }

  /** What a new opener remembers: {@code errseq_sample}; an error that nobody saw is his too. */
  synchronized long sample() {
    return seen ? number : NEVER;
  }

  /** The error since then, or 0: {@code errseq_check_and_advance}. */
  synchronized int check(long since) {
    if (number == since) {
      return 0;
    }
    seen = true;
    return errno;
  }

  /** What one remembers who was told now. */
  synchronized long now() {
    return number;
  }
}
