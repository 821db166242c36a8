package dev.quarry.virtual.space;

import org.jspecify.annotations.Nullable;

/** What madvise can be told: MADV_* of include/uapi/asm-generic/mman-common.h (6.18). */
public enum Advice {
  NORMAL(0),
  RANDOM(1),
  SEQUENTIAL(2),
  WILLNEED(3),
  DONTNEED(4),
  FREE(8),
  REMOVE(9),
  DONTFORK(10),
  DOFORK(11),
  MERGEABLE(12),
  UNMERGEABLE(13),
  HUGEPAGE(14),
  NOHUGEPAGE(15),
  DONTDUMP(16),
  DODUMP(17),
  WIPEONFORK(18),
  KEEPONFORK(19),
  COLD(20),
  PAGEOUT(21),
  POPULATE_READ(22),
  POPULATE_WRITE(23),
  DONTNEED_LOCKED(24),
  COLLAPSE(25);

  private static final Advice[] ALL = values();

  private final int number;

  Advice(int number) {
    this.number = number;
  }

  /** The number that a process passes. */
  public int number() {
    return number;
  }

  /** The advice of a number, or null. */
  static @Nullable Advice of(int number) {
    for (Advice advice : ALL) {
      if (advice.number == number) {
        return advice;
      }
    }
    return null;
  }
}
