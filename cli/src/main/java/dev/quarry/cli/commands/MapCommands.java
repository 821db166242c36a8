package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Value;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MapFlags;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;

/** The system calls that make, change and end mappings. */
final class MapCommands {
  /** A step of moving entries is for a whole table, where there are none. */
  private static final int SPARSE = 512;

  private static final String CHAPTER = "processes: mappings";

  private MapCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            Processing.command(
                    CHAPTER,
                    "mmap BYTES [WORD]... [offset=N] [hint=ADDRESS] [fixed=ADDRESS] [cpu=N]",
                    "maps memory or a file",
                    "s = spawn\ns: a = mmap 64K rw private anon\ns: b = mmap 8K r shared anon populate",
                    MapCommands::mmap)
                .withNotes(
                    "words: "
                        + MmapWords.listed()
                        + "\nfile F: a file of open, tmpfile or memfd, or a path, opened for reading\n"
                        + "what is not said: rw private anon"))
        .add(
            Processing.command(
                CHAPTER,
                "shm BYTES [cpu=N]",
                "maps shared memory: mmap BYTES rw shared anon",
                "s = spawn\ns: a = shm 64K",
                it -> {
                  it.call().atMost(1);
                  long flags = MapFlags.MAP_SHARED | MapFlags.MAP_ANONYMOUS;
                  return map(it, new Request(0, it.bytes(0), 3, flags, -1, 0));
                }))
        .add(
            Processing.command(
                CHAPTER,
                "munmap ADDRESS [BYTES] [cpu=N]",
                "takes mappings away, or parts of them",
                "s = spawn\ns: a = mmap 64K\ns: munmap a+16K 8K\ns: munmap a",
                MapCommands::munmap));
    addChanges(registry);
  }

  private static void addChanges(Registry registry) {
    registry
        .add(
            Processing.command(
                CHAPTER,
                "mprotect ADDRESS [BYTES] PROTECTION [cpu=N]",
                "allows other accesses: r, rw, rx, rwx or none",
                "s = spawn\ns: a = mmap 64K\ns: mprotect a+16K 8K r",
                MapCommands::mprotect))
        .add(
            Processing.command(
                    CHAPTER,
                    "brk [END] [cpu=N]",
                    "moves the end of the heap; where it is then",
                    "s = spawn\ns: brk s.start_brk+64K",
                    MapCommands::brk)
                .withNotes("END as a number, or +64K, -4K: from where it is"))
        .add(
            Processing.command(
                CHAPTER,
                "mremap ADDRESS OLD NEW [maymove] [dontunmap] [fixed=ADDRESS] [cpu=N]",
                "makes a mapping larger or smaller, or moves it",
                "s = spawn\ns: a = mmap 64K\ns: b = mremap a 64K 1M maymove",
                MapCommands::mremap));
  }

  /** What mmap is asked for, as registers hold it. */
  record Request(long hint, long bytes, long protection, long flags, long fd, long offset) {
    static Request of(Processing it) {
      MmapWords words = new MmapWords(it.call(), 1);
      long fixed = UserAddresses.option(it.call(), it.session(), "fixed", -1);
      long hint = UserAddresses.option(it.call(), it.session(), "hint", 0);
      long fd = words.file() < 0 ? -1 : FileCommands.descriptor(it, words.file());
      return new Request(
          fixed == -1 ? hint : fixed,
          it.bytes(0),
          words.protection(),
          words.flags() | (fixed == -1 ? 0 : MapFlags.MAP_FIXED),
          fd,
          UserAddresses.option(it.call(), it.session(), "offset", 0));
    }

    /** Whether its pages are made present at once. */
    boolean populates() {
      return (flags & (MapFlags.MAP_POPULATE | MapFlags.MAP_LOCKED)) != 0;
    }

    long run(Processing it) {
      return it.calls().mmap(hint, bytes, protection, flags, fd, offset);
    }
  }

  private static Value mmap(Processing it) {
    return map(it, Request.of(it));
  }

  private static Value map(Processing it, Request request) {
    if (request.populates()) {
      it.spend(request.bytes());
    }
    FaultWatch watch = FaultWatch.of(it.machine());
    long result = request.run(it);
    if (Errno.isError(result)) {
      return WhyRefused.of(it.process(), result, request.bytes(), request.protection());
    }
    String merged = merged(it.process().mm(), result, request.bytes());
    return new UserArea(result, request.bytes(), merged + watch.behind());
  }

  /** Whether the area that holds a mapping reaches beyond it. */
  private static String merged(MmStruct mm, long address, long bytes) {
    VmAreaStruct areas = mm.spaces().areas();
    long vma = mm.lookup(address);
    long end = (address + bytes + PageTableLayout.PAGE_SIZE - 1) & -PageTableLayout.PAGE_SIZE;
    boolean alone =
        vma == VmAreaStruct.NONE || (areas.start(vma) == address && areas.end(vma) == end);
    return alone
        ? ""
        : "; one area with its neighbours: "
            + KernelArea.hex(areas.start(vma))
            + "-"
            + KernelArea.hex(areas.end(vma));
  }

  private static Value munmap(Processing it) {
    it.call().atMost(2);
    long address = it.address(0);
    long bytes = it.bytesOr(1, 0);
    MmStruct mm = it.process().mm();
    SpaceCounts before = SpaceCounts.of(it.machine(), mm);
    long result = it.calls().munmap(address, bytes);
    SpaceCounts done = SpaceCounts.of(it.machine(), mm).since(before);
    return ErrnoFailure.or(
        result,
        new Done(
            Counted.of(-done.pages(), "page")
                + " unmapped, "
                + Counted.of(done.cleared(), "entry", "entries")
                + " cleared, "
                + Counted.of(done.tablesFreed(), "table")
                + " freed; "
                + Counted.of(mm.mapCount(), "area")
                + " left"));
  }

  private static Value mprotect(Processing it) {
    it.call().atMost(3);
    int last = it.call().size() == 2 ? 1 : 2;
    long address = it.address(0);
    long bytes = last == 1 ? it.bytesOr(2, 0) : it.bytes(1);
    long protection = MmapWords.protection(it.call(), last, MmapWords.protections());
    long before = it.process().mm().mapCount();
    long result = it.calls().mprotect(address, bytes, protection);
    return Errno.isError(result)
        ? WhyRefused.of(it.process(), result, bytes, protection)
        : areasNow(it.process().mm(), before);
  }

  /** How many areas there are after something that may have cut or merged some. */
  static Value areasNow(MmStruct mm, long before) {
    long now = mm.mapCount();
    String what = now == before ? " as before" : ", there were " + before;
    return new Done(Counted.of(now, "area") + what);
  }

  private static Value brk(Processing it) {
    it.call().atMost(1);
    MmStruct mm = it.process().mm();
    long before = mm.brk();
    String by = it.call().wordOr(0, "");
    boolean moves = by.startsWith("+") || by.startsWith("-");
    long wanted = by.isEmpty() ? 0 : moves ? UserAddresses.sum(it, 0, before) : it.address(0);
    FaultWatch watch = FaultWatch.of(it.machine());
    long end = it.calls().brk(wanted);
    if (!by.isEmpty() && end != wanted) {
      return new ErrnoFailure(Errno.ENOMEM, "the heap still ends at " + KernelArea.hex(end));
    }
    return new UserArea(end, 0, watch.behind()).asEnd(mm.startBrk());
  }

  private static Value mremap(Processing it) {
    long address = it.address(0);
    long oldBytes = it.bytes(1);
    long newBytes = it.bytes(2);
    long fixed = UserAddresses.option(it.call(), it.session(), "fixed", -1);
    long flags = fixed == -1 ? 0 : MapFlags.MREMAP_FIXED | MapFlags.MREMAP_MAYMOVE;
    for (int i = 3; i < it.call().size(); i++) {
      flags |=
          switch (it.call().literal(i, "maymove")) {
            case "maymove" -> MapFlags.MREMAP_MAYMOVE;
            case "dontunmap" -> MapFlags.MREMAP_DONTUNMAP;
            default ->
                throw it.call()
                    .refuse(
                        i, "\"" + it.call().literal(i, "") + "\" is none of maymove, dontunmap");
          };
    }
    it.spendOnAreas(oldBytes / SPARSE);
    FaultWatch watch = FaultWatch.of(it.machine());
    long to = fixed == -1 ? 0 : fixed;
    long result = it.calls().mremap(address, oldBytes, newBytes, flags, to);
    if (Errno.isError(result)) {
      long more = Math.max(0, newBytes - oldBytes);
      return WhyRefused.of(it.process(), result, more, 0);
    }
    String how = result == address ? "; where it was" : "; moved from " + KernelArea.hex(address);
    return new UserArea(result, newBytes, how + watch.behind());
  }
}
