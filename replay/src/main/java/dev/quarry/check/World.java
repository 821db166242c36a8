package dev.quarry.check;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpec;
import dev.quarry.observe.ProcFs;
import dev.quarry.physical.Zone;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.cache.PageCaches;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A booted machine and what all workers have together: swap areas, groups, files.
 *
 * <pre>
 *   windows of all processes   3 times RAM       two swap areas, together as large as RAM;
 *   files, shared memory       1/8 each, twice   a third one comes and goes
 * </pre>
 */
final class World implements AutoCloseable {
  static final List<String> GROUPS = List.of("/a", "/a/x", "/a/y", "/b");
  private static final int PROCESSES = 6;
  private static final int FEWEST_PAGES = 1024;
  private static final int MOST_PAGES = 1 << 18;

  final Machine machine;
  final Cpu first;
  final ProcFs files;
  final MemoryGroups groups;
  final Queue<Held> exchange = new ConcurrentLinkedQueue<>();
  private final Path folder;
  private final int ramPages;
  private final int workers;
  private final List<Backing> backings = new ArrayList<>();
  private final Process keeper;

  /** Something that is held of the kernel, and what its first bytes are. */
  record Held(Kind kind, long address, int size, long stamp) {
    enum Kind {
      OBJECT,
      PAGES,
      VMALLOC
    }
  }

  World(MachineSpec spec, PressureOptions options, int workers) throws IOException {
    this.workers = workers;
    this.machine = Machine.boot(spec);
    this.folder = Files.createTempDirectory("quarry-check");
    this.first = machine.cpu(0);
    long managed = 0;
    for (Zone zone : machine.memory().zones()) {
      managed += zone.managed();
    }
    if (managed < FEWEST_PAGES || managed > MOST_PAGES) {
      close();
      throw new PressureException(
          spec.name()
              + ": "
              + managed
              + " pages, but pressure is made with "
              + FEWEST_PAGES
              + " to "
              + MOST_PAGES
              + "; --set ram=64M changes that");
    }
    this.ramPages = (int) managed;
    if (options.tlb() != null) {
      machine.tlbs(options.tlb());
    }
    machine.processes();
    this.files = machine.files();
    this.groups = machine.reclaim().groups();
    this.keeper = Objects.requireNonNull(machine.processes().spawn(first));
    keeper.mm().task().oomScoreAdj(-1000); // its open files are all that it has
    areas();
  }

  private void areas() throws IOException {
    GROUPS.forEach(groups::make);
    for (int i = 0; i < 2; i++) {
      machine.reclaim().swapOnOff().onTemporary(swapName(i), swapBytes(), 5);
    }
    for (int owner = Backing.EVERYBODY; owner < workers; owner++) {
      memory(owner);
      file(owner);
    }
  }

  static String swapName(int number) {
    return "swap-" + number;
  }

  long swapBytes() {
    return ramPages / 2 * ModelProcess.PAGE;
  }

  private int backingPages() {
    return Math.max(32, ramPages / 8 / (workers + 1));
  }

  private PageCaches caches() {
    return machine.processes().pages().caches();
  }

  private void file(int owner) throws IOException {
    Path path = folder.resolve("file-" + backings.size());
    try (RandomAccessFile made = new RandomAccessFile(path.toFile(), "rw")) {
      made.setLength(backingPages() * ModelProcess.PAGE);
    }
    add(owner, caches().open(path, "/check/" + path.getFileName(), true), path);
  }

  private void memory(int owner) {
    CachedFile file = caches().memfd("check-" + backings.size());
    machine.processes().pages().truncate(first, file, backingPages() * ModelProcess.PAGE);
    add(owner, file, null);
  }

  private void add(int owner, CachedFile file, @Nullable Path path) {
    backings.add(new Backing(backings.size(), owner, workers, file, path, backingPages()));
    keeper.open(file);
  }

  /** Pages of RAM. */
  int ramPages() {
    return ramPages;
  }

  int workers() {
    return workers;
  }

  int mostProcesses() {
    return Math.max(2, PROCESSES / workers);
  }

  int windowPages() {
    return ramPages * 3 / (mostProcesses() * workers);
  }

  List<Backing> backings() {
    return backings;
  }

  /** What a worker may map: its own, and what all have. */
  List<Backing> backingsOf(int worker) {
    return backings.stream()
        .filter(backing -> !backing.isOwned() || backing.isWrittenBy(worker, 0))
        .toList();
  }

  /** The descriptor by which each process has a backing: all open them in the same order. */
  static int fd(List<Backing> mine, Backing backing) {
    return 3 + mine.indexOf(backing);
  }

  /** What files of the host hold in the end, other than they must; what is closed first. */
  List<String> finish() {
    List<String> wrong = new ArrayList<>();
    caches().flusher().sync(first);
    for (Backing backing : backings) {
      Path path = backing.path();
      if (path != null) {
        compare(backing, path, wrong);
      }
    }
    machine.processes().exit(first, keeper);
    machine.reclaim().drainAll();
    caches().drop(first);
    machine.reclaim().drainAll();
    for (var group : groups.all()) {
      if (!group.isRoot() && group.usage() != 0) {
        wrong.add(group + " is still charged for " + group.usage() + " pages");
      }
    }
    for (var area : machine.reclaim().swap().areas().all()) {
      if (area.used() != 0) {
        wrong.add(area.used() + " slots of " + area.name() + " are in use by nobody");
      }
    }
    wrong.addAll(machine.invariants());
    return wrong;
  }

  private void compare(Backing backing, Path path, List<String> wrong) {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      if (file.length() != backing.pages() * ModelProcess.PAGE) {
        wrong.add(path.getFileName() + " has " + file.length() + " bytes on the host");
        return;
      }
      for (int page = 0; page < backing.pages(); page++) {
        file.seek(page * ModelProcess.PAGE + ModelProcess.SLOT);
        long value = Long.reverseBytes(file.readLong());
        int writer = backing.isOwned() ? backing.owner() : page % workers;
        if (!backing.allows(writer, page, value)) {
          wrong.add(
              String.format(
                  Locale.ROOT,
                  "%s, page %d on the host: 0x%x, not 0x%x",
                  path.getFileName(),
                  page,
                  value,
                  backing.value(page)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    machine.close();
    try (var all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
