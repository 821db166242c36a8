package dev.quarry.conform;

import dev.quarry.virtual.space.Advice;
import java.util.Locale;

/**
 * One operation of one process, with what its registers hold.
 *
 * <pre>
 *                 a          b          c          d          e        f
 *   mmap          address    bytes      prot       flags      file     offset
 *   mremap        address    old bytes  new bytes  flags      new address
 *   load          address    bytes
 *   store         address    bytes      value
 *   write, read   address    bytes      first byte of those that read puts there
 *   process_vm_*  local      bytes      remote     bytes      process
 *   ftruncate     file       bytes
 * </pre>
 *
 * @param who 0 is the process that begins, 1 its child
 */
record Op(int who, Call call, long a, long b, long c, long d, long e, long f) {
  /** Files of mmap: none, one in memory, one on a disk, and a descriptor of nothing. */
  static final int NO_FILE = -1;

  static final int MEMORY_FILE = 0;
  static final int DISK_FILE = 1;
  static final int BAD_FILE = 2;

  static Op of(int who, Call call, long... args) {
    long[] all = java.util.Arrays.copyOf(args, 6);
    return new Op(who, call, all[0], all[1], all[2], all[3], all[4], all[5]);
  }

  /** Whether it may take pages of the file on the disk out of memory. */
  boolean dropsPagesOfDisk() {
    return switch (call) {
      case MADVISE -> c == Advice.REMOVE.number() || c == Advice.PAGEOUT.number();
      case FTRUNCATE -> a == DISK_FILE;
      default -> false;
    };
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d: %s(0x%x, 0x%x, 0x%x, 0x%x, 0x%x, 0x%x)",
        who,
        call.spelled(),
        a,
        b,
        c,
        d,
        e,
        f);
  }
}
