package dev.quarry.check;

import static dev.quarry.check.ModelProcess.PAGE;

import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.virtual.space.Advice;
import dev.quarry.virtual.space.MapFlags;

/** System calls that change what a process has mapped, and processes that come and go. */
final class MapSteps {
  private static final int MOST_MAPPED = 128;
  private static final int MOST_MOVED = 32;
  private static final int MOST_LOCKED = 24;
  private static final int[] PROTS = {3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 1, 0};
  private static final Advice[] ADVICE = {
    Advice.DONTNEED,
    Advice.FREE,
    Advice.REMOVE,
    Advice.WILLNEED,
    Advice.COLD,
    Advice.PAGEOUT,
    Advice.PAGEOUT,
    Advice.POPULATE_READ,
    Advice.POPULATE_WRITE,
    Advice.DONTNEED_LOCKED,
    Advice.HUGEPAGE,
    Advice.NOHUGEPAGE,
    Advice.COLLAPSE,
    Advice.RANDOM,
    Advice.SEQUENTIAL,
    Advice.NORMAL
  };

  private final Worker worker;
  private final Draw draw;

  MapSteps(Worker worker) {
    this.worker = worker;
    this.draw = worker.draw;
  }

  void step(ModelProcess who) {
    int kind = draw.below(130);
    if (kind < 22) {
      map(who);
    } else if (kind < 26) {
      unmap(who);
    } else if (kind < 36) {
      protect(who);
    } else if (kind < 46) {
      move(who);
    } else if (kind < 96) {
      advise(who);
    } else if (kind < 122) {
      lock(who);
    } else if (kind < 126) {
      fork(who);
    } else {
      end(who);
    }
  }

  private void map(ModelProcess who) {
    ModelSpace space = who.space();
    int page = worker.page(who);
    int pages = Math.min(1 + draw.below(MOST_MAPPED), space.pages() - page);
    int prot = PROTS[draw.below(PROTS.length)];
    Backing backing =
        draw.oneIn(2) ? null : worker.backings.get(draw.below(worker.backings.size()));
    boolean shared = backing != null && draw.oneIn(2);
    int fd = -1;
    int from = 0;
    long flags = MapFlags.MAP_FIXED | (shared ? MapFlags.MAP_SHARED : MapFlags.MAP_PRIVATE);
    if (backing == null) {
      flags |= MapFlags.MAP_ANONYMOUS;
    } else {
      pages = Math.min(pages, backing.capacity());
      fd = World.fd(worker.backings, backing);
      from = draw.below(backing.capacity() - pages + 1);
    }
    boolean populated = draw.oneIn(8);
    flags |= populated ? MapFlags.MAP_POPULATE : draw.oneIn(16) ? MapFlags.MAP_NORESERVE : 0;
    worker.note("mmap", who, page, pages, flags);
    long at = ModelProcess.at(page);
    if (worker.calls(who).mmap(at, pages * PAGE, prot, flags, fd, from * PAGE) != at) {
      scrap(who, page, pages);
      return;
    }
    byte kind =
        backing == null
            ? ModelSpace.ANONYMOUS
            : shared ? ModelSpace.SHARED : ModelSpace.PRIVATE_FILE;
    for (int i = 0; i < pages; i++) {
      space.map(page + i, kind, prot, backing, from + i);
      if (populated && (prot & 2) != 0) {
        space.mayHaveCopied(page + i);
      }
    }
  }

  private void unmap(ModelProcess who) {
    int page = worker.page(who);
    int pages = Math.min(1 + draw.below(MOST_MAPPED / 4), who.space().pages() - page);
    worker.note("munmap", who, page, pages, 0);
    if (worker.calls(who).munmap(ModelProcess.at(page), pages * PAGE) == 0) {
      for (int i = page; i < page + pages; i++) {
        who.space().unmap(i);
      }
    } else {
      worker.refused++; // nothing was done
    }
  }

  /** A call failed that may have done a part of its work: what it was about goes. */
  private void scrap(ModelProcess who, int page, int pages) {
    worker.refused++;
    if (worker.calls(who).munmap(ModelProcess.at(page), pages * PAGE) != 0) {
      worker.exit(who);
      return;
    }
    for (int i = page; i < page + pages; i++) {
      who.space().unmap(i);
    }
  }

  private void protect(ModelProcess who) {
    ModelSpace space = who.space();
    int page = worker.page(who);
    if (space.kind(page) == ModelSpace.NOTHING) {
      return;
    }
    int pages = space.alike(page, 1 + draw.below(MOST_MAPPED));
    int prot = PROTS[draw.below(PROTS.length)];
    worker.note("mprotect", who, page, pages, prot);
    if (worker.calls(who).mprotect(ModelProcess.at(page), pages * PAGE, prot) != 0) {
      scrap(who, page, pages);
      return;
    }
    for (int i = page; i < page + pages; i++) {
      space.protect(i, prot);
      if ((prot & 2) != 0) {
        space.mayHaveCopied(i); // where it is locked
      }
    }
  }

  private void move(ModelProcess who) {
    ModelSpace space = who.space();
    int page = worker.page(who);
    int to = worker.page(who);
    if (space.kind(page) == ModelSpace.NOTHING) {
      return;
    }
    int pages = space.alike(page, 1 + draw.below(MOST_MOVED));
    if (Math.abs(to - page) < pages || to + pages > space.pages()) {
      return;
    }
    long bytes = pages * PAGE;
    long flags = MapFlags.MREMAP_MAYMOVE | MapFlags.MREMAP_FIXED;
    long at = ModelProcess.at(to);
    worker.note("mremap", who, page, pages, to);
    if (worker.calls(who).mremap(ModelProcess.at(page), bytes, bytes, flags, at) == at) {
      for (int i = 0; i < pages; i++) {
        space.move(page + i, to + i);
      }
      return;
    }
    scrap(who, page, pages);
    if (worker.processes.contains(who)) {
      scrap(who, to, pages);
    }
  }

  private void advise(ModelProcess who) {
    ModelSpace space = who.space();
    Advice advice = draw.of(ADVICE);
    int page = worker.page(who);
    if (space.kind(page) == ModelSpace.NOTHING || (advice == Advice.REMOVE && !owned(who, page))) {
      return;
    }
    int most = advice == Advice.POPULATE_WRITE ? MOST_LOCKED : MOST_MAPPED;
    int pages = space.alike(page, 1 + draw.below(most));
    worker.note("madvise " + advice, who, page, pages, advice.number());
    long at = ModelProcess.at(page);
    boolean done = worker.calls(who).madvise(at, pages * PAGE, advice.number()) == 0;
    for (int i = page; i < page + pages; i++) {
      switch (advice) {
        case DONTNEED, DONTNEED_LOCKED -> space.drop(i, done);
        case FREE -> space.mayGo(i);
        case REMOVE -> removed(space, i, done);
        case POPULATE_WRITE -> space.mayHaveCopied(i);
        default -> {
          // Contents stay.
        }
      }
    }
  }

  private static boolean owned(ModelProcess who, int page) {
    Backing backing = who.space().backing(page);
    return backing != null && backing.isOwned();
  }

  private static void removed(ModelSpace space, int page, boolean done) {
    Backing backing = space.backing(page);
    if (backing != null && space.kind(page) == ModelSpace.SHARED) {
      backing.hole(space.backingPage(page), done);
    }
  }

  private void lock(ModelProcess who) {
    ModelSpace space = who.space();
    SystemCalls calls = worker.calls(who);
    int page = worker.page(who);
    int pages = Math.min(1 + draw.below(MOST_LOCKED), space.pages() - page);
    int kind = draw.below(16);
    if (kind < 7) {
      worker.note("mlock", who, page, pages, 0);
      calls.mlock(ModelProcess.at(page), pages * PAGE);
      for (int i = page; i < page + pages; i++) {
        space.mayHaveCopied(i);
      }
    } else if (kind < 15) {
      worker.note("munlock", who, page, pages, 0);
      calls.munlock(ModelProcess.at(page), pages * PAGE);
    } else {
      worker.note("munlockall", who, 0, 0, 0);
      calls.munlockall();
    }
  }

  private void fork(ModelProcess who) {
    if (worker.processes.size() >= worker.world.mostProcesses()) {
      return;
    }
    worker.note("fork", who, 0, 0, 0);
    Process child = worker.world.machine.processes().fork(worker.cpu, who.process());
    if (child == null) {
      worker.refused++;
    } else {
      worker.processes.add(new ModelProcess(child, who.space().fork()));
    }
  }

  private void end(ModelProcess who) {
    if (worker.processes.size() < worker.world.mostProcesses()) {
      worker.note("spawn", null, 0, 0, 0);
      worker.spawn();
    } else if (draw.oneIn(16)) {
      worker.note("exit", who, 0, 0, 0);
      worker.exit(who);
    }
  }
}
