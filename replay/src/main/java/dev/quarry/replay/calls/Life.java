package dev.quarry.replay.calls;

import dev.quarry.replay.calls.TaskEvent.Call;
import dev.quarry.replay.calls.TaskEvent.Faulted;
import dev.quarry.virtual.Access;
import dev.quarry.virtual.space.MapFlags;
import java.util.TreeMap;

/**
 * What is seen of an address space that execve made, beside what calls map: where it was used, and
 * what the interpreter protects. From this {@link ProgramShape} says what execve mapped.
 */
final class Life {
  static final int READ = 1;
  static final int WRITE = 2;
  static final int EXECUTE = 4;

  /** Where bytes behind the file's part were cleared: its exact end. */
  static final int CLEARED = 8;

  /** Where the interpreter's protection begins: the data of program or interpreter. */
  static final int PROTECTED = 16;

  static final long NONE = -1;

  private static final long PAGE = 4096;

  final String path;

  /** How pages were used that no call mapped. */
  final TreeMap<Long, Integer> used = new TreeMap<>();

  private final Ranges mapped = new Ranges();

  /** Where the heap begins: the first answer of brk. */
  long heap = NONE;

  /** One past the first area that was placed by the kernel: what is above was there before. */
  long firstTop = NONE;

  Life(String path) {
    this.path = path;
  }

  void call(Call call) {
    long result = call.result();
    boolean failed = result < 0;
    if (failed) {
      return;
    }
    switch (call.name()) {
      case MMAP -> {
        long bytes = call.argument(1) + PAGE - 1 & -PAGE;
        boolean fixed = (call.argument(3) & MapFlags.MAP_FIXED) != 0;
        if (firstTop == NONE && call.argument(0) == 0 && !fixed) {
          firstTop = result + bytes;
        }
        mapped.add(result, result + bytes);
      }
      case MREMAP -> mapped.add(result, result + (call.argument(2) + PAGE - 1 & -PAGE));
      case BRK -> {
        heap = heap == NONE ? result : heap;
        mapped.add(heap & -PAGE, result + PAGE - 1 & -PAGE);
      }
      case MPROTECT -> {
        if (!mapped.has(call.argument(0)) && call.argument(2) == MapFlags.PROT_READ) {
          mark(call.argument(0), READ | WRITE | PROTECTED);
        }
      }
      default -> {
        // Others map nothing.
      }
    }
  }

  void fault(Faulted fault) {
    if ((fault.code() & Access.FETCH) != 0) {
      use(fault.address(), EXECUTE);
    } else {
      use(fault.address(), (fault.code() & Access.WRITE) != 0 ? WRITE : READ);
    }
    if (fault.ip() != Faulted.NO_IP) {
      use(fault.ip(), EXECUTE);
    }
  }

  /** While execve ran, the kernel wrote here: bytes to be cleared, or the stack. */
  void cleared(Faulted fault) {
    if (!mapped.has(fault.address())) {
      mark(fault.address(), WRITE | CLEARED);
    }
  }

  private void use(long address, int how) {
    if (!mapped.has(address)) {
      mark(address, how);
    }
  }

  private void mark(long address, int how) {
    used.merge(address & -PAGE, how, (a, b) -> a | b);
  }
}
