package dev.quarry.virtual;

import dev.quarry.machine.ZoneType;
import dev.quarry.physical.DirectMap;
import dev.quarry.physical.PhysicalMemory;

/**
 * Where the kernel keeps what in its half of the address range:
 * Documentation/arch/x86/x86_64/mm.rst and arch/x86/include/asm/pgtable_32_areas.h, fixmap.h
 * (6.18), without randomization.
 *
 * <pre>
 *   x86-64                                     x86-32
 *   ffff888000000000  direct map, all RAM      c0000000  direct map, to HighMem
 *   ffffc90000000000  vmalloc, 32 TiB             + 8 MiB of nothing
 *   ffffe8ffffffffff                           f8800000  vmalloc (896 MiB of low memory)
 *                                              ff3fe000    its end, 2 pages of nothing
 *                                              ff400000  PKMAP: 1024 slots of kmap()
 *                                              fff..     FIXMAP: 16 slots of kmap_local for a CPU
 * </pre>
 *
 * @param userPages pages of the half that is each process's own
 * @param vmallocStart the first address of vmalloc space
 * @param vmallocPages its size
 * @param pkmapStart the first slot of kmap(); 0 without HighMem
 */
public record KernelLayout(
    PageTableLayout tables,
    long directStart,
    long directPages,
    long userPages,
    long vmallocStart,
    long vmallocPages,
    long pkmapStart) {
  /** Slots of kmap(): LAST_PKMAP without PAE. */
  public static final int PKMAP_SLOTS = 1024;

  /** Slots of kmap_local_page() for each CPU: KM_MAX_IDX. */
  public static final int LOCAL_SLOTS = 16;

  private static final int SHIFT = PageTableLayout.PAGE_SHIFT;
  private static final long VMALLOC_START_64 = 0xffff_c900_0000_0000L;
  private static final long VMALLOC_PAGES_64 = (1L << (45 - SHIFT)) - 1;
  private static final long USER_PAGES_64 = 1L << (47 - SHIFT);

  /** VMALLOC_OFFSET: a stray pointer behind the direct map hits nothing. */
  private static final long GAP_32 = 8L << 20;

  /**
   * PKMAP_BASE of a kernel for 8 CPUs: below it, the areas of each CPU grow by 4 MiB for 8 more.
   */
  private static final long PKMAP_32 = 0xff40_0000L;

  private static final int CPUS_IN_4_MIB = 8;

  /** FIXADDR_TOP, whose page is a hole. */
  private static final long FIXMAP_TOP_32 = 0xffff_f000L;

  /** FIX_KMAP_BEGIN: behind the pages of the APICs and of early consoles. */
  private static final int FIX_KMAP_BEGIN = 68;

  /** The layout of a machine's kernel: 32-bit when it was built with ZONE_HIGHMEM. */
  public static KernelLayout of(PhysicalMemory memory) {
    DirectMap direct = new DirectMap(memory);
    boolean highMem = memory.spec().zones().stream().anyMatch(z -> z.type() == ZoneType.HIGHMEM);
    long directPages = direct.bytes() >> SHIFT;
    if (!highMem) {
      return new KernelLayout(
          PageTableLayout.X86_64,
          direct.base(),
          directPages,
          USER_PAGES_64,
          VMALLOC_START_64,
          VMALLOC_PAGES_64,
          0);
    }
    int more = (memory.cpus().size() - 1) / CPUS_IN_4_MIB;
    long pkmap = PKMAP_32 - more * PageTableLayout.X86_32.largeBytes();
    long start = direct.base() + direct.bytes() + GAP_32;
    long end = pkmap - 2L * PageTableLayout.PAGE_SIZE;
    return new KernelLayout(
        PageTableLayout.X86_32,
        direct.base(),
        directPages,
        direct.base() >> SHIFT,
        start,
        Math.max(0, end - start) >> SHIFT,
        pkmap);
  }

  /** One past the last address of vmalloc space. */
  public long vmallocEnd() {
    return vmallocStart + (vmallocPages << SHIFT);
  }

  /** VMALLOC_TOTAL: the size of vmalloc space; on x86-64 the last page is left out of it. */
  public long vmallocTotalBytes() {
    long all = vmallocPages << SHIFT;
    return tables == PageTableLayout.X86_64 ? all + PageTableLayout.PAGE_SIZE - 1 : all;
  }

  /** Whether an address is in vmalloc space: {@code is_vmalloc_addr()}. */
  public boolean isVmalloc(long address) {
    return address >= vmallocStart && address < vmallocEnd();
  }

  /** Whether the direct map shows the address, or would if there were RAM. */
  public boolean isDirect(long address) {
    return address >= directStart && address - directStart < (directPages << SHIFT);
  }

  /** Whether there is memory without an address in the direct map. */
  public boolean hasHighMem() {
    return pkmapStart != 0;
  }

  /** The address of a slot of kmap(): PKMAP_ADDR. */
  public long pkmapAddress(int slot) {
    return pkmapStart + ((long) slot << SHIFT);
  }

  /** The address of a CPU's slot of kmap_local_page(); the fixmap grows downwards. */
  public long localAddress(int cpu, int slot) {
    return FIXMAP_TOP_32 - ((long) (FIX_KMAP_BEGIN + cpu * LOCAL_SLOTS + slot) << SHIFT);
  }
}
