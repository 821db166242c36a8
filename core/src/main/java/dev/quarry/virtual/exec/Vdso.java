package dev.quarry.virtual.exec;

import static dev.quarry.virtual.space.MapFlags.*;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.cache.PageCaches;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.Mmap;
import dev.quarry.virtual.space.Munmap;
import dev.quarry.virtual.space.SpecialMapping;

/**
 * What the kernel shows each program of itself: {@code map_vdso} (arch/x86/entry/vdso/vma.c, 6.18).
 *
 * <pre>
 *   [vvar]          4 pages   the time, as data
 *   [vvar_vclock]   2 pages   clocks of hypervisors
 *   [vdso]          2 pages   the code that reads them
 * </pre>
 */
public final class Vdso {
  private static final long PAGE = PageTableLayout.PAGE_SIZE;
  private static final int VVAR_PAGES = 4;
  private static final int CLOCK_PAGES = 2;
  private static final int CODE_PAGES = 2;

  private final CachedFile vvar;
  private final CachedFile clocks;
  private final CachedFile code;

  /** What all processes of a machine show. */
  public Vdso(PageCaches caches) {
    this.vvar = caches.special("[vvar]", VVAR_PAGES);
    this.clocks = caches.special("[vvar_vclock]", CLOCK_PAGES);
    this.code = caches.special("[vdso]", CODE_PAGES);
    vvar.mapped(); // the kernel keeps them
    clocks.mapped();
    code.mapped();
  }

  /**
   * Maps all three.
   *
   * @return where the code is
   * @throws ExecException ENOMEM without memory
   */
  public long map(Cpu cpu, MmStruct mm) throws ExecException {
    long pages = VVAR_PAGES + CLOCK_PAGES + CODE_PAGES;
    long flags = MAP_PRIVATE | MAP_ANONYMOUS;
    long at = checked(Mmap.mmap(cpu, mm, 0, pages * PAGE, PROT_NONE, flags, null, 0));
    checked(Munmap.munmap(cpu, mm, at, pages * PAGE));
    long second = part(cpu, mm, at, VVAR_PAGES, PROT_READ, vvar);
    SpecialMapping.frames(mm, at);
    long third = part(cpu, mm, second, CLOCK_PAGES, PROT_READ, clocks);
    SpecialMapping.frames(mm, second);
    part(cpu, mm, third, CODE_PAGES, PROT_READ | PROT_EXEC, code);
    SpecialMapping.code(mm, third);
    return third;
  }

  private static long part(Cpu cpu, MmStruct mm, long at, int pages, long prot, CachedFile what)
      throws ExecException {
    long flags = MAP_PRIVATE | MAP_FIXED;
    return checked(Mmap.mmap(cpu, mm, at, pages * PAGE, prot, flags, what, 0)) + pages * PAGE;
  }

  private static long checked(long result) throws ExecException {
    if (Errno.isError(result)) {
      throw new ExecException((int) -result, "no place for the vdso");
    }
    return result;
  }
}
