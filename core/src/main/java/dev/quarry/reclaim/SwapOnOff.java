package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Task;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.cache.PageCache;
import dev.quarry.virtual.fault.SwapOff;
import dev.quarry.virtual.fault.UserPages;
import dev.quarry.virtual.space.MmStruct;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The system calls swapon and swapoff, and mkswap (mm/swapfile.c, 6.18). */
public final class SwapOnOff {
  private final Swap swap;
  private final UserPages pages;

  SwapOnOff(Swap swap, UserPages pages) {
    this.swap = swap;
    this.pages = pages;
  }

  /**
   * Makes a file of the host a swap area: mkswap(8). What it held is lost.
   *
   * @param bytes its size from now on; whole pages are used
   * @throws SwapException if that is too small, or the host refuses
   */
  public static void makeArea(Path path, long bytes) {
    try {
      SwapHeader.write(path.toString(), path, bytes >>> PageTableLayout.PAGE_SHIFT);
    } catch (IOException e) {
      throw new SwapException(path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Takes a file of the host into use: swapon(2).
   *
   * @throws SwapException if it is no swap area, in use already, or cannot be opened
   */
  public SwapArea on(Path path) {
    try {
      return on(path.toString(), SwapFile.open(path), swap.areas().nextPriority());
    } catch (IOException e) {
      throw new SwapException(path + ": cannot be opened: " + e.getMessage(), e);
    }
  }

  /**
   * The same with a priority: SWAP_FLAG_PREFER.
   *
   * @param priority 0 to 32767; the higher, the earlier it is filled
   */
  public SwapArea on(Path path, int priority) {
    if (priority < 0 || priority > Short.MAX_VALUE) {
      throw new SwapException(path + ": priority " + priority + " is not 0 to " + Short.MAX_VALUE);
    }
    try {
      return on(path.toString(), SwapFile.open(path), priority);
    } catch (IOException e) {
      throw new SwapException(path + ": cannot be opened: " + e.getMessage(), e);
    }
  }

  /**
   * Makes a file of the host that goes with the machine, and takes it into use.
   *
   * @param name what the machine calls it
   * @param priority as above, or below 0 for the lowest yet
   */
  public SwapArea onTemporary(String name, long bytes, int priority) {
    try {
      int chosen = priority < 0 ? swap.areas().nextPriority() : priority;
      return on(name, temporary(name, bytes), chosen);
    } catch (IOException e) {
      throw new SwapException(name + ": " + e.getMessage(), e);
    }
  }

  /** A new file with a header; none is left behind if it cannot be made. */
  private static SwapStore temporary(String name, long bytes) throws IOException {
    Path path = Files.createTempFile("quarry", ".swap");
    try {
      SwapHeader.write(name, path, bytes >>> PageTableLayout.PAGE_SHIFT);
      return SwapFile.temporary(path);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(path);
      throw e;
    }
  }

  /**
   * Takes any store into use whose first page is a header. It is closed by {@link #off}, and if it
   * is refused.
   */
  public SwapArea on(String name, SwapStore store, int priority) {
    try {
      return onOpen(name, store, priority);
    } catch (SwapException e) {
      try {
        store.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  private SwapArea onOpen(String name, SwapStore store, int priority) {
    try {
      long slots = Math.min(SwapHeader.pages(name, store), swap.mostSlots());
      swap.lock.lock();
      try {
        return swap.areas().add(name, priority, (int) slots, store);
      } finally {
        swap.lock.unlock();
      }
    } catch (IOException e) {
      throw new SwapException(name + ": the header cannot be read: " + e.getMessage(), e);
    }
  }

  /** {@code try_to_unuse}; whether nothing was in the way. */
  private boolean bringBack(Cpu cpu, SwapArea area) {
    SwapOff off = pages.swapOff();
    boolean all = true;
    for (MmStruct mm : pages.spaces().all()) {
      all &= off.bringBack(cpu, mm, entry -> swap.isOf(area, entry));
    }
    for (PageCache cache : pages.caches().all()) {
      all &= cache.shmem().bringBack(cpu, entry -> swap.isOf(area, entry));
    }
    return all;
  }

  /**
   * Brings all pages of an area back and takes it out of use: swapoff(2).
   *
   * @throws SwapException if there is no such area, or not all pages could be brought back; it is
   *     in use then as before
   */
  public void off(Cpu cpu, String name) {
    SwapArea area = swap.areas().named(name);
    if (area == null) {
      throw new SwapException(name + ": it is not in use as swap");
    }
    area.writable(false);
    Task before = cpu.task(Task.SWAPOFF);
    boolean all = bringBack(cpu, area);
    cpu.task(before);
    int left = swap.forget(cpu, area);
    if (!all || left > 0) {
      area.writable(true);
      throw new SwapException(
          name + ": " + left + " of its pages could not be brought back into memory");
    }
    swap.areas().remove(area);
    close(area);
  }

  private static void close(SwapArea area) {
    try {
      area.store().close();
    } catch (IOException e) {
      throw new SwapException(area.name() + ": " + e.getMessage(), e);
    }
  }

  /** The machine goes: closes all areas; what they hold is lost. */
  void closeAll() {
    swap.areas().all().forEach(SwapOnOff::close);
  }
}
