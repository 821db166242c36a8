package dev.quarry.conform;

/** Kinds of operations: system calls with their numbers on x86-64, and what else a process does. */
enum Call {
  MMAP(9),
  MPROTECT(10),
  MUNMAP(11),
  BRK(12),
  MREMAP(25),
  MSYNC(26),
  MINCORE(27),
  MADVISE(28),
  FTRUNCATE(77),
  MLOCK(149),
  MUNLOCK(150),
  MLOCKALL(151),
  MUNLOCKALL(152),
  PROCESS_VM_READV(310),
  PROCESS_VM_WRITEV(311),
  MLOCK2(325),

  /** The processor loads, or stores: 1 or 8 bytes. */
  LOAD(0),
  STORE(0),

  /** The kernel reads from a process, write(2), or writes, read(2): within one page. */
  WRITE(1),
  READ(0),

  FORK(57),
  EXIT(60);

  private final int number;

  Call(int number) {
    this.number = number;
  }

  /** The system call's number. */
  int number() {
    return number;
  }

  /** How scripts and messages spell it. */
  String spelled() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
