package dev.quarry.bench.work;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.Processes;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Ram;
import dev.quarry.physical.Gfp;
import dev.quarry.virtual.fault.UserMemory;
import dev.quarry.virtual.space.Madvise;
import dev.quarry.virtual.space.MapFlags;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.Mmap;
import dev.quarry.virtual.space.Mprotect;
import dev.quarry.virtual.space.Munmap;
import java.util.Objects;

/**
 * V1 to V4 on Quarry: what a process asks of its address space, again and again. {@code
 * spacebench.c} asks the same of the kernel that is running, in the same order.
 *
 * <pre>
 *   zero          4 KiB zeroed, of a few pages that are hot
 *   fault         a page written for the first time; given up afterwards, so that its frame is hot
 *   first         the same where no frame was ever touched
 *   map           64 KiB mapped and unmapped
 *   protect       pages in the middle of an area made read-only, and writable again
 *   protect-used  the same with pages in the area
 *   fork          a process copied, for each page that it has
 *   cow           a page written that a child has too
 *   reuse         a page written that a child had
 * </pre>
 */
public final class SpaceWork implements AutoCloseable {
  private static final int SHIFT = 12;
  private static final long PAGE = 1L << SHIFT;
  private static final int HOT_ORDER = 6;
  private static final int HOT_PAGES = 1 << HOT_ORDER;
  private static final int FIRST_PAGES = 1 << 14;
  private static final int SHARED_PAGES = 512;
  private static final int FORK_PAGES = 1 << 12;
  private static final int PAIRS = 256;
  private static final long MAP_BYTES = 64 << 10;
  private static final int AREA_PAGES = 16;
  private static final int DONTNEED = 4;
  private static final int NOHUGEPAGE = 15;
  private static final int WORD = Long.BYTES;
  private static final long READ_WRITE = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
  private static final String SPEC = "release 6.18\ncpus 0\nmemory 0-1G\nzone Normal\n";

  private final String name;
  private final int operations;
  private Machine machine;
  private Cpu cpu;
  private Processes processes;
  private Process process;
  private UserMemory memory;
  private MmStruct mm;
  private long area;

  private SpaceWork(String name, int pages, int operations) {
    this.name = name;
    this.operations = operations;
    boot(pages);
  }

  /**
   * A workload on a machine of its own.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public static SpaceWork of(String name) {
    return switch (name) {
      case "zero", "fault" -> new SpaceWork(name, HOT_PAGES, HOT_PAGES);
      case "first" -> new SpaceWork(name, FIRST_PAGES, FIRST_PAGES);
      case "map" -> new SpaceWork(name, AREA_PAGES, PAIRS);
      case "protect", "protect-used" -> new SpaceWork(name, AREA_PAGES, PAIRS);
      case "fork" -> new SpaceWork(name, FORK_PAGES, FORK_PAGES);
      case "cow", "reuse" -> new SpaceWork(name, SHARED_PAGES, SHARED_PAGES);
      default -> throw new IllegalArgumentException("there is no workload " + name);
    };
  }

  private void boot(int pages) {
    machine = Machine.boot(MachineSpecReader.read("bench", SPEC));
    cpu = machine.cpu(0);
    cpu.hold();
    processes = machine.processes();
    process = Objects.requireNonNull(processes.spawn(cpu));
    memory = processes.pages().memory();
    mm = process.mm();
    area = map(pages * PAGE);
    check(Madvise.madvise(cpu, mm, area, pages * PAGE, NOHUGEPAGE));
  }

  /** Operations of a pass. */
  public int operations() {
    return operations;
  }

  /** Runs all operations once; the nanoseconds that they took, without what is around them. */
  public long pass() {
    return switch (name) {
      case "zero" -> zero();
      case "fault" -> fault();
      case "first" -> first();
      case "map" -> maps();
      case "protect" -> protect();
      case "protect-used" -> protectUsed();
      default -> shared();
    };
  }

  private long zero() {
    Ram ram = Objects.requireNonNull(machine.ram());
    int first = machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL, HOT_ORDER);
    long start = System.nanoTime();
    for (int i = 0; i < HOT_PAGES; i++) {
      ram.zeroPages(first + i, 1);
    }
    long nanos = System.nanoTime() - start;
    machine.allocator().freePages(cpu, first, HOT_ORDER);
    return nanos;
  }

  private long fault() {
    long nanos = writeAll(HOT_PAGES);
    check(Madvise.madvise(cpu, mm, area, HOT_PAGES * PAGE, DONTNEED));
    return nanos;
  }

  /** A machine's frames are first touched once: each pass has another machine. */
  private long first() {
    long nanos = writeAll(FIRST_PAGES);
    machine.close();
    boot(FIRST_PAGES);
    return nanos;
  }

  private long maps() {
    long start = System.nanoTime();
    for (int i = 0; i < PAIRS; i++) {
      check(Munmap.munmap(cpu, mm, map(MAP_BYTES), MAP_BYTES));
    }
    return System.nanoTime() - start;
  }

  private long protectUsed() {
    long protectedFrom = area + (AREA_PAGES / 4) * PAGE;
    memory.store(cpu, mm, area, WORD, 1);
    memory.store(cpu, mm, protectedFrom, WORD, 1);
    return protect();
  }

  private long protect() {
    long from = area + (AREA_PAGES / 4) * PAGE;
    long bytes = (AREA_PAGES / 4) * PAGE;
    long start = System.nanoTime();
    for (int i = 0; i < PAIRS; i++) {
      check(Mprotect.mprotect(cpu, mm, from, bytes, MapFlags.PROT_READ));
      check(Mprotect.mprotect(cpu, mm, from, bytes, READ_WRITE));
    }
    return System.nanoTime() - start;
  }

  /** Fork, copies while the child has the pages, reuse when it is gone: one of the three counts. */
  private long shared() {
    writeAll(operations);
    long start = System.nanoTime();
    Process child = Objects.requireNonNull(processes.fork(cpu, process));
    long nanos = System.nanoTime() - start;
    if (name.equals("cow")) {
      nanos = writeAll(operations);
    }
    processes.exit(cpu, child);
    return name.equals("reuse") ? writeAll(operations) : nanos;
  }

  private long writeAll(int pages) {
    long start = System.nanoTime();
    for (int i = 0; i < pages; i++) {
      memory.store(cpu, mm, area + i * PAGE, WORD, i);
    }
    return System.nanoTime() - start;
  }

  private long map(long bytes) {
    long flags = MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS;
    return check(Mmap.mmap(cpu, mm, 0, bytes, READ_WRITE, flags, null, 0));
  }

  private long check(long result) {
    if (result < 0) {
      throw new IllegalStateException(name + " failed with " + result);
    }
    return result;
  }

  /** Checks the machine and gives its memory back. */
  @Override
  public void close() {
    MachineEnd.close(machine);
  }
}
