package dev.quarry.conform;

import java.util.Locale;

/** Kinds of operations: system calls with their numbers on x86-64, and what else a process does. */
enum Call {
  MMAP(9, 6),
  MPROTECT(10, 3),
  MUNMAP(11, 2),
  BRK(12, 1),
  MREMAP(25, 5),
  MSYNC(26, 3),
  MINCORE(27, 2),
  MADVISE(28, 3),
  FTRUNCATE(77, 2),
  MLOCK(149, 2),
  MUNLOCK(150, 2),
  MLOCKALL(151, 1),
  MUNLOCKALL(152, 0),
  PROCESS_VM_READV(310, 4),
  PROCESS_VM_WRITEV(311, 4),
  MLOCK2(325, 3),

  /** The processor loads, or stores: 1 or 8 bytes. */
  LOAD(0, 2),
  STORE(0, 3),

  /** The kernel reads from a process, write(2), or writes, read(2): within one page. */
  WRITE(1, 2),
  READ(0, 3),

  FORK(57, 0),
  EXIT(60, 0);

  private final int number;
  private final int numbers;

  Call(int number, int numbers) {
    this.number = number;
    this.numbers = numbers;
  }

  /** How many numbers it takes, but for the other process of those that have one. */
  int numbers() {
    return numbers;
  }

  /** Whether it is a call of its own that does nothing if its arguments are nonsense. */
  boolean isProbed() {
    return switch (this) {
      case LOAD, STORE, WRITE, READ, FORK, EXIT, MUNLOCKALL -> false;
      default -> true;
    };
  }

  /** The system call's number. */
  int number() {
    return number;
  }

  /** How scripts and messages spell it. */
  String spelled() {
    return name().toLowerCase(Locale.ROOT);
  }
}
