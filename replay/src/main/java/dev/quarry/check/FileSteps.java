package dev.quarry.check;

import static dev.quarry.check.ModelProcess.BUFFER;
import static dev.quarry.check.ModelProcess.PAGE;
import static dev.quarry.check.ModelProcess.SLOT;

import dev.quarry.kernel.FileCalls;
import java.util.Locale;

/** System calls on files and shared memory. */
final class FileSteps {
  private static final int MOST_PUNCHED = 32;

  private final Worker worker;
  private final Draw draw;

  FileSteps(Worker worker) {
    this.worker = worker;
    this.draw = worker.draw;
  }

  void step(ModelProcess who) {
    Backing backing = worker.backings.get(draw.below(worker.backings.size()));
    int fd = World.fd(worker.backings, backing);
    FileCalls calls = worker.fileCalls(who);
    int page = draw.below(Math.max(1, backing.pages()));
    int kind = draw.below(80);
    if (kind < 30) {
      write(who, backing, fd, page);
    } else if (kind < 64) {
      read(who, backing, fd, page);
    } else if (kind < 65) {
      worker.note("fsync", who, 0, 0, backing.number());
      expect(who, "fsync", calls.fsync(fd));
    } else if (kind < 70) {
      worker.note("fadvise", who, page, 16, backing.number());
      expect(who, "fadvise", calls.fadvise(fd, page * PAGE, 16 * PAGE, draw.below(6)));
    } else if (kind < 74) {
      worker.note("sync_file_range", who, page, 16, backing.number());
      expect(who, "sync_file_range", calls.syncFileRange(fd, page * PAGE, 16 * PAGE, 7));
    } else if (kind < 75) {
      worker.note("sync", who, 0, 0, 0);
      if (draw.oneIn(8)) {
        calls.sync(); // the host writes, too
      }
    } else if (backing.isOwned()) {
      shorten(who, backing, fd, page);
    }
  }

  private static void expect(ModelProcess who, String call, long result) {
    if (result != 0 && !who.isVictim()) {
      throw new Violation(call + " returned " + result);
    }
  }

  private void write(ModelProcess who, Backing backing, int fd, int page) {
    if (page >= backing.pages() || !backing.isWrittenBy(worker.number, page)) {
      return;
    }
    long value = Stamp.of(backing.number(), page, draw.next());
    worker.note("pwrite", who, page, backing.number(), value);
    who.process().store(worker.cpu, BUFFER + SLOT, 8, value);
    boolean whole = draw.oneIn(2);
    int from = whole ? 0 : SLOT;
    long bytes = whole ? PAGE : 8;
    long done = worker.fileCalls(who).pwrite(fd, BUFFER + from, bytes, page * PAGE + from);
    if (done >= SLOT + 8 - from) {
      backing.store(page, value);
    } else {
      worker.refused++;
    }
  }

  private void read(ModelProcess who, Backing backing, int fd, int page) {
    worker.note("pread", who, page, backing.number(), 0);
    long done = worker.fileCalls(who).pread(fd, BUFFER, PAGE, page * PAGE);
    if (page >= backing.pages()) {
      expect(who, "pread behind the end", done);
      return;
    }
    if (done < SLOT + 8) {
      worker.refused++;
      return;
    }
    long value = who.process().load(worker.cpu, BUFFER + SLOT, 8);
    if (!backing.allows(worker.number, page, value) && !who.isVictim()) {
      throw new Violation(
          String.format(
              Locale.ROOT,
              "pread of page %d of backing %d: 0x%x, not 0x%x",
              page,
              backing.number(),
              value,
              backing.value(page)));
    }
  }

  private void shorten(ModelProcess who, Backing backing, int fd, int page) {
    FileCalls calls = worker.fileCalls(who);
    if (draw.oneIn(3)) {
      int size = draw.oneIn(2) ? backing.capacity() : draw.below(backing.capacity() + 1);
      worker.note("ftruncate", who, size, 0, backing.number());
      expect(who, "ftruncate", worker.calls(who).ftruncate(fd, size * PAGE));
      backing.resize(size);
      worker.processes.forEach(process -> process.space().shortened(backing));
      return;
    }
    int pages = 1 + draw.below(MOST_PUNCHED);
    int mode = FileCalls.FALLOC_FL_PUNCH_HOLE | FileCalls.FALLOC_FL_KEEP_SIZE;
    worker.note("fallocate hole", who, page, pages, backing.number());
    boolean done = calls.fallocate(fd, mode, page * PAGE, pages * PAGE) == 0;
    for (int i = page; i < Math.min(page + pages, backing.pages()); i++) {
      backing.hole(i, done);
    }
  }
}
