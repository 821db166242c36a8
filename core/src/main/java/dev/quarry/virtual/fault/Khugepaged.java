package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The daemon that makes huge pages of small ones: {@code khugepaged_do_scan}, {@code
 * khugepaged_scan_mm_slot} (mm/khugepaged.c, 6.18). It goes from one address space to the next, and
 * remembers where it was.
 *
 * <pre>
 *   step ─► pages_to_scan pages ─┬─ of this address space, from the address on
 *                                └─ of the next one; behind the last one: a full scan
 * </pre>
 */
public final class Khugepaged {
  private static final int FRAMES = HugePageSettings.FRAMES;
  private static final long BYTES = HugePageSettings.BYTES;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Parts parts;
  private final HugeRules rules;
  private final Collapse collapse;
  private final ArrayDeque<MmStruct> waiting = new ArrayDeque<>();
  private final ArrayDeque<MmStruct> scanned = new ArrayDeque<>();

  /** Where it is in the first that waits. */
  private long address;

  /** Who scans holds it. */
  private final ReentrantLock working = new ReentrantLock();

  private volatile boolean withoutMemory;
  private volatile long lastScan;

  Khugepaged(Parts parts, HugeRules rules, Collapse collapse) {
    this.parts = parts;
    this.rules = rules;
    this.collapse = collapse;
  }

  private HugePageSettings settings() {
    return parts.spaces().settings().hugePages();
  }

  /** An address space may have something to do: {@code khugepaged_enter_vma}. */
  void enter(MmStruct mm, long vma) {
    if (!mm.huge().isScanned() && rules.mayScan(mm, vma)) {
      add(mm);
    }
  }

  /** A child is scanned if its parent is: {@code khugepaged_fork}. */
  void fork(MmStruct mm, MmStruct child) {
    if (mm.huge().isScanned() && !child.huge().isScanned()) {
      add(child);
    }
  }

  private synchronized void add(MmStruct mm) {
    mm.huge().scanned(true);
    waiting.add(mm);
  }

  /** An address space goes: {@code khugepaged_exit}. */
  synchronized void exit(MmStruct mm) {
    if (mm.huge().isScanned()) {
      mm.huge().scanned(false);
      if (waiting.peek() == mm) {
        address = 0;
      }
      waiting.remove(mm);
      scanned.remove(mm);
    }
  }

  /** How many address spaces are scanned. */
  public synchronized int addressSpaces() {
    return waiting.size() + scanned.size();
  }

  /**
   * One scan: as many pages as {@code pages_to_scan} says, but none twice. It ends when no huge
   * page can be had.
   *
   * @param cpu a CPU that the calling thread holds; it holds the lock of no address space
   * @return how many huge pages were made; none while another thread scans
   */
  public int step(Cpu cpu) {
    if (!working.tryLock()) {
      return 0;
    }
    try {
      return scan(cpu);
    } finally {
      working.unlock();
    }
  }

  private int scan(Cpu cpu) {
    long left = rules.isEnabled() ? settings().pagesToScan() : 0;
    int made = 0;
    int spaces = addressSpaces() + 1;
    while (left > 0 && spaces > 0) {
      MmStruct mm = current();
      if (mm == null) {
        return made;
      }
      Progress progress = new Progress();
      mm.lock();
      try {
        if (mm.huge().isScanned()) { // else it went before it was locked
          space(cpu, mm, left, progress);
        }
      } finally {
        mm.unlock();
      }
      left -= progress.pages;
      made += progress.made;
      if (progress.isWithoutMemory) {
        withoutMemory = true;
        return made;
      }
      if (progress.isAtEnd) {
        done(mm);
        spaces--;
      }
    }
    return made;
  }

  /** When it scans again, in nanoseconds of the machine's time. */
  public long nextScanNanos() {
    long millis = withoutMemory ? settings().allocSleepMillis() : settings().scanSleepMillis();
    return lastScan + millis * NANOS_PER_MILLI;
  }

  /** Scans when its time has come, and sleeps: {@code khugepaged}. */
  public void look(Cpu cpu, long nowNanos) {
    withoutMemory = false;
    step(cpu);
    lastScan = nowNanos;
  }

  /** How far a look at an address space came. */
  private static final class Progress {
    long pages;
    int made;
    boolean isAtEnd;
    boolean isWithoutMemory;
  }

  private synchronized @Nullable MmStruct current() {
    if (waiting.isEmpty()) {
      waiting.addAll(scanned);
      scanned.clear();
    }
    return waiting.peek();
  }

  private synchronized void done(MmStruct mm) {
    address = 0;
    if (waiting.peek() == mm) {
      scanned.add(waiting.remove());
    }
    if (waiting.isEmpty()) {
      settings().countFullScan();
    }
  }

  private synchronized long address(MmStruct mm) {
    return waiting.peek() == mm ? address : 0;
  }

  /** Unless the address space went meanwhile. */
  private synchronized void continueAt(MmStruct mm, long at) {
    if (waiting.peek() == mm) {
      address = at;
    }
  }

  private void space(Cpu cpu, MmStruct mm, long most, Progress progress) {
    VmAreaStruct areas = parts.spaces().areas();
    long at = address(mm);
    for (long vma = mm.findVma(at); vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
      progress.pages++;
      if (!rules.mayScan(mm, vma)) {
        continue;
      }
      long end = areas.end(vma) & -BYTES;
      at = Math.max(at, (areas.start(vma) + BYTES - 1) & -BYTES);
      while (at < end) {
        Collapse.Result result = collapse.range(cpu, mm, vma, at, true);
        progress.isWithoutMemory = result == Collapse.Result.ALLOC_HUGE_PAGE_FAIL;
        if (progress.isWithoutMemory) {
          continueAt(mm, at);
          return;
        }
        if (result == Collapse.Result.SUCCEED) {
          progress.made++;
          settings().countCollapsed();
        }
        at += BYTES;
        progress.pages += FRAMES;
        if (progress.pages >= most) {
          continueAt(mm, at);
          return;
        }
      }
    }
    progress.isAtEnd = true;
  }
}
