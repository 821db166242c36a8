package dev.quarry.replay.calls;

import static dev.quarry.virtual.space.MapFlags.*;

import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.replay.calls.PlayedProcess.FileInUse;
import dev.quarry.replay.calls.TaskEvent.Call;
import dev.quarry.virtual.cache.AssumedFile;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.cache.PageCaches;
import dev.quarry.virtual.space.Errno;

/**
 * Plays calls that concern address spaces, and keeps the areas where the kernel had them: where the
 * model chose another address, that is counted, and the area goes to the kernel's.
 */
final class CallPlayer {
  private static final long PAGE = 4096;
  private static final int NO_FD = -1;

  /** Larger ranges of memory from before the recording are not made at once. */
  private static final long MOST_SEEN = 16L << 20;

  private final Cpu cpu;
  private final PageCaches caches;
  private final SeenMemory seen;
  private final boolean resident;

  CallPlayer(Cpu cpu, PageCaches caches, SeenMemory seen, boolean resident) {
    this.cpu = cpu;
    this.caches = caches;
    this.seen = seen;
    this.resident = resident;
  }

  void play(PlayedProcess played, Call call) {
    SystemCalls calls = new SystemCalls(cpu, played.process());
    if (call.name() == CallName.MMAP) {
      map(played, calls, call);
      return;
    }
    if (call.name() == CallName.BRK) {
      brk(played, calls, call);
      return;
    }
    long result = other(calls, call);
    if (Errno.isError(result) && call.result() == 0) {
      makePossible(played, call);
      result = other(calls, call);
    }
    if (call.name() == CallName.MREMAP) {
      moved(played, calls, call, result);
    } else {
      played.called(Errno.isError(result) == Errno.isError(call.result()));
    }
  }

  /** The kernel did it: then the memory was there, and the task had the right to lock it. */
  private void makePossible(PlayedProcess played, Call call) {
    long from = call.argument(0);
    long bytes = call.argument(1);
    if (bytes > 0 && bytes <= MOST_SEEN && from > 0 && from < Foreign.USER_END - bytes) {
      seen.make(cpu, played.process(), from, from + bytes);
    }
    if (call.name().text().startsWith("mlock")) {
      played.process().limits().privileged(true);
    }
  }

  private static long other(SystemCalls calls, Call call) {
    long a = call.argument(0);
    long b = call.argument(1);
    long c = call.argument(2);
    return switch (call.name()) {
      case MUNMAP -> calls.munmap(a, b);
      case MPROTECT -> calls.mprotect(a, b, c);
      case MREMAP -> calls.mremap(a, b, c, call.argument(3), call.argument(4));
      case MADVISE -> calls.madvise(a, b, c);
      case MLOCK -> calls.mlock(a, b);
      case MLOCK2 -> calls.mlock2(a, b, c);
      case MUNLOCK -> calls.munlock(a, b);
      case MLOCKALL -> calls.mlockall(a);
      case MUNLOCKALL -> calls.munlockall();
      case MSYNC -> calls.msync(a, b, c);
      case MMAP, BRK -> throw new IllegalStateException(call.name() + " is played apart");
    };
  }

  private void map(PlayedProcess played, SystemCalls calls, Call call) {
    long flags = call.argument(3);
    long wanted = call.result();
    int fd = (flags & MAP_ANONYMOUS) != 0 ? NO_FD : open(played, call);
    long result = map(calls, call, call.argument(0), flags, fd);
    boolean same = Errno.isError(result) == Errno.isError(wanted);
    played.called(same);
    if (!Errno.isError(wanted)) {
      boolean chosen = (flags & MAP_FIXED) == 0;
      if (chosen && played.isSpaceKnown()) {
        played.placed(result == wanted);
      }
      if (result != wanted) {
        undo(calls, result, call.argument(1));
        result = map(calls, call, wanted, (flags & ~MAP_FIXED_NOREPLACE) | MAP_FIXED, fd);
      }
    } else {
      undo(calls, result, call.argument(1));
    }
    if (fd != NO_FD) {
      remember(played, call, fd, result);
      played.process().close(cpu, fd);
    }
  }

  private static long map(SystemCalls calls, Call call, long at, long flags, int fd) {
    return calls.mmap(at, call.argument(1), call.argument(2), flags, fd, call.argument(5));
  }

  private static void undo(SystemCalls calls, long result, long bytes) {
    if (!Errno.isError(result)) {
      calls.munmap(result, bytes);
    }
  }

  /** What is mapped over a part of a file's mapping, under its descriptor, is the same file. */
  private int open(PlayedProcess played, Call call) {
    FileInUse last = played.inUse((int) call.argument(4));
    long at = call.argument(0);
    boolean fixed = (call.argument(3) & MAP_FIXED) != 0;
    CachedFile file =
        last != null && fixed && at >= last.start() && at < last.end()
            ? last.file()
            : caches.assumed("file", AssumedFile.UNKNOWN_BYTES, resident);
    return played.process().open(file);
  }

  private void remember(PlayedProcess played, Call call, int fd, long result) {
    Process process = played.process();
    int recorded = (int) call.argument(4);
    FileInUse last = played.inUse(recorded);
    if (!Errno.isError(result)
        && process.file(fd) instanceof CachedFile file
        && (last == null || last.file().cache().handle() != file.cache().handle())) {
      long end = result + (call.argument(1) + PAGE - 1 & -PAGE);
      played.use(cpu, recorded, new FileInUse(file, result, end));
    }
  }

  /** The kernel answers with the end that it left. */
  private void brk(PlayedProcess played, SystemCalls calls, Call call) {
    if (!played.isSpaceKnown() && call.result() > 0) {
      seen.make(cpu, played.process(), 0, 0);
      played.called(true);
      return;
    }
    long result = calls.brk(call.argument(0));
    played.called(result == call.result());
    if (result != call.result()) {
      calls.brk(call.result());
    }
  }

  private static void moved(PlayedProcess played, SystemCalls calls, Call call, long result) {
    boolean same = Errno.isError(result) == Errno.isError(call.result());
    played.called(same);
    if (Errno.isError(call.result()) || result == call.result()) {
      return;
    }
    if (!Errno.isError(result)) {
      long flags = MREMAP_MAYMOVE | MREMAP_FIXED;
      calls.mremap(result, call.argument(2), call.argument(2), flags, call.result());
    }
  }
}
