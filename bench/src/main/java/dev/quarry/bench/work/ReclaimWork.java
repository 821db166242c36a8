package dev.quarry.bench.work;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.ReclaimRequest;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.Zone;
import dev.quarry.reclaim.Kswapd;
import dev.quarry.reclaim.Reclaim;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.cache.PageCaches;
import dev.quarry.virtual.fault.UserMemory;
import dev.quarry.virtual.space.Madvise;
import dev.quarry.virtual.space.MapFlags;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.Mmap;
import dev.quarry.virtual.space.RssKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * RECLAIM and SWAP on Quarry: pages of a process go, and come back when it touches them. What is
 * timed, for each page that went:
 *
 * <pre>
 *   file-pageout  MADV_PAGEOUT of clean pages of a file that is mapped; {@code reclaimbench.c} has the
 *                 kernel do the same
 *   anon-pageout  the same of private pages that were written: to swap in memory
 *   file-kswapd   kswapd wakes below the low marks, and works up to the high ones
 *   anon-kswapd
 *   file-direct   reclaim for a request, 32 pages at a time
 *   anon-direct
 *   swap          MADV_PAGEOUT, then a touch of each page: out and in
 *   thrash        one touch after the other of twice the memory that there is: one page in, one out
 * </pre>
 *
 * <p>File pages are mapped and were not used since they were mapped: their accessed bits are clear
 * but for the touch. There is no disk: a file is assumed to have its contents.
 */
public final class ReclaimWork implements AutoCloseable {
  private static final long PAGE = 4096;
  private static final int PAGES = 1 << 12;
  private static final int HOT_PAGES = 1 << 9;
  private static final int REQUESTS = 64;
  private static final int PAGEOUT = 21;
  private static final int NOHUGEPAGE = 15;
  private static final int WORD = Long.BYTES;
  private static final long READ_WRITE = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
  private static final long SWAP_BYTES = 1L << 27;
  private static final String SPEC =
      "release 6.18\ncpus 0\nmemory 0-%dM\nzone Normal\nsysctl vm.min_free_kbytes=4096\nlru %s\n";

  private final String action;
  private final boolean file;
  private final Machine machine;
  private final Reclaim reclaim;
  private final Cpu cpu;
  private final UserMemory memory;
  private final MmStruct mm;
  private final int pages;
  private final long area;
  private final int[] taken = new int[PAGES];
  private long went;

  /** Pages that the last MADV_PAGEOUT took. */
  private long out;

  private ReclaimWork(String name, String lru, int mebibytes, int pages) {
    this.action = name.substring(name.indexOf('-') + 1);
    this.file = name.startsWith("file");
    this.pages = pages;
    machine =
        Machine.boot(
            MachineSpecReader.read("bench", String.format(Locale.ROOT, SPEC, mebibytes, lru)));
    cpu = machine.cpu(0);
    cpu.hold();
    reclaim = machine.reclaim();
    Process process = Objects.requireNonNull(machine.processes().spawn(cpu));
    memory = machine.processes().pages().memory();
    mm = process.mm();
    swapOn(); // before: what is promised must have a place
    area = file ? mapFile() : map(MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS, null);
    if (!file) {
      check(Madvise.madvise(cpu, mm, area, pages * PAGE, NOHUGEPAGE));
    }
    touch();
  }

  private long mapFile() {
    PageCaches caches = machine.processes().pages().caches();
    return map(MapFlags.MAP_SHARED, caches.assumed("file", pages * PAGE, false));
  }

  private long map(long flags, @Nullable CachedFile shown) {
    return check(Mmap.mmap(cpu, mm, 0, pages * PAGE, READ_WRITE, flags, shown, 0));
  }

  private void swapOn() {
    try {
      reclaim.swapOnOff().on("memory", new MemorySwap(SWAP_BYTES), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A workload on a machine of its own.
   *
   * @param lru classic or mglru
   * @throws IllegalArgumentException if there is none of this name
   */
  public static ReclaimWork of(String name, String lru) {
    return switch (name) {
      case "file-pageout", "anon-pageout", "file-direct", "anon-direct" ->
          new ReclaimWork(name, lru, 64, PAGES);
      case "swap" -> new ReclaimWork(name, lru, 64, HOT_PAGES);
      case "file-kswapd", "anon-kswapd" -> new ReclaimWork(name, lru, 32, 2 * PAGES);
      case "thrash" -> new ReclaimWork(name, lru, 16, 2 * PAGES);
      default -> throw new IllegalArgumentException("there is no workload " + name);
    };
  }

  /** Pages that went in the last pass. */
  public long operations() {
    return went;
  }

  /** Runs all of it once; the nanoseconds of what is timed. */
  public long pass() {
    long before = stolen();
    long nanos =
        switch (action) {
          case "pageout" -> pageOut();
          case "direct" -> direct();
          case "kswapd" -> kswapd();
          case "swap" -> pageOut() + touch();
          default -> touch();
        };
    went = action.equals("pageout") || action.equals("swap") ? out : stolen() - before;
    if (!action.equals("swap") && !action.equals("thrash")) {
      touch();
    }
    return nanos;
  }

  private long stolen() {
    return machine.memory().events().sum(VmEvent.PGSTEAL_DIRECT)
        + machine.memory().events().sum(VmEvent.PGSTEAL_KSWAPD);
  }

  private long pageOut() {
    out = resident();
    long start = System.nanoTime();
    check(Madvise.madvise(cpu, mm, area, pages * PAGE, PAGEOUT));
    long nanos = System.nanoTime() - start;
    out -= resident();
    return nanos;
  }

  private long resident() {
    return mm.rss(file ? RssKind.FILE : RssKind.ANON);
  }

  private long direct() {
    List<Zone> zones = List.of(machine.memory().zones().getLast());
    int highest = zones.getFirst().index();
    ReclaimRequest request =
        new ReclaimRequest(
            cpu, Gfp.GFP_HIGHUSER_MOVABLE, 0, highest, zones, ReclaimRequest.ALL_NODES, null);
    long start = System.nanoTime();
    for (int i = 0; i < REQUESTS; i++) {
      reclaim.reclaim(request);
    }
    return System.nanoTime() - start;
  }

  private long kswapd() {
    Kswapd daemon = reclaim.kswapds().getFirst();
    int count = 0;
    while (!daemon.isAwake() && count < taken.length) {
      taken[count++] = machine.allocator().allocPage(cpu, Gfp.GFP_ATOMIC);
    }
    int zone = machine.memory().zones().getLast().index();
    long start = System.nanoTime();
    reclaim.wakeKswapd(machine.memory().zones().getLast(), Gfp.GFP_ATOMIC, 0, zone);
    while (daemon.step(cpu)) {
      // until a zone is above its high mark
    }
    long nanos = System.nanoTime() - start;
    for (int pfn : Arrays.copyOf(taken, count)) {
      if (pfn != Pfn.NONE) {
        machine.allocator().freePage(cpu, pfn);
      }
    }
    return nanos;
  }

  private long touch() {
    long start = System.nanoTime();
    for (int i = 0; i < pages; i++) {
      if (file) {
        memory.load(cpu, mm, area + i * PAGE, WORD);
      } else {
        memory.store(cpu, mm, area + i * PAGE, WORD, i + 1L);
      }
    }
    return System.nanoTime() - start;
  }

  private long check(long result) {
    if (result < 0) {
      throw new IllegalStateException(action + " failed with " + result);
    }
    return result;
  }

  /** Checks the machine and gives its memory back. */
  @Override
  public void close() {
    MachineEnd.close(machine);
  }
}
