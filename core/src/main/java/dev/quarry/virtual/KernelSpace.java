package dev.quarry.virtual;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.physical.FrameRanges;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The kernel's half of all address spaces: {@code init_mm} with its tables, {@code swapper_pg_dir},
 * and who hands out its addresses.
 *
 * <pre>
 *   KernelSpace ─┬─ PageTables  direct map in 2 or 4 MiB entries, then whatever is mapped
 *                ├─ Vmalloc     vmalloc, vfree      ┐
 *                ├─ Vmap        vmap, vunmap        ├─ VmAreas: one list of areas
 *                ├─ Ioremap     ioremap, iounmap    ┘
 *                ├─ HighMem     kmap, kmap_local_page
 *                └─ Mmu         loads and stores
 * </pre>
 */
public final class KernelSpace {
  private static final int SHIFT = PageTableLayout.PAGE_SHIFT;

  private final PhysicalMemory memory;
  private final PageAllocator allocator;
  private final Ram ram;
  private final ObjectMemory objects;
  private final KernelLayout layout;
  private final PageTables tables;
  private final TlbFlush tlb;
  private final VmAreas areas;
  private final Vmalloc vmalloc;
  private final Vmap vmap;
  private final Ioremap ioremap;
  private final HighMem highMem;
  private final Mmu mmu;

  /**
   * Builds the kernel's tables.
   *
   * @param cpu a CPU that the calling thread holds
   * @param ram the bytes of all frames
   * @param objects where descriptors come from
   * @param tlb is told of every flush
   * @throws TableMemoryException if there is not enough memory for the tables
   * @throws IllegalArgumentException if the machine's pages are not those of x86
   */
  public KernelSpace(
      Cpu cpu,
      PageAllocator allocator,
      PhysicalMemory memory,
      Ram ram,
      ObjectMemory objects,
      TlbFlush tlb) {
    if (memory.spec().pageShift() != SHIFT) {
      throw new IllegalArgumentException(
          "x86 page tables have pages of "
              + PageTableLayout.PAGE_SIZE
              + " bytes, the machine's have "
              + memory.spec().pageSize());
    }
    this.memory = memory;
    this.allocator = allocator;
    this.ram = ram;
    this.objects = objects;
    this.tlb = tlb;
    this.layout = KernelLayout.of(memory);
    TableMemory tableMemory = new TableMemory(layout.tables(), ram, allocator, memory, tlb);
    this.tables = PageTables.create(tableMemory, cpu, Gfp.GFP_KERNEL);
    buildTables(cpu);
    this.areas = new VmAreas(this);
    this.vmalloc = new Vmalloc(this, areas);
    this.vmap = new Vmap(this, areas);
    this.ioremap = new Ioremap(this, areas);
    this.highMem = new HighMem(this);
    this.mmu = new Mmu(tables, ram);
  }

  private void buildTables(Cpu cpu) {
    try {
      makeTables(cpu);
    } catch (TableMemoryException e) {
      tables.unmap(0, layout.tables().allPages());
      tables.freeTables(cpu, 0, layout.tables().allPages());
      tables.close(cpu);
      throw e;
    }
  }

  private void makeTables(Cpu cpu) {
    mapDirect(cpu);
    if (layout.tables() == PageTableLayout.X86_64) {
      // Every address space has these entries from its beginning: preallocate_vmalloc_pages.
      int level = layout.tables().topLevel() - 1;
      expect(
          tables.prepare(cpu, Gfp.GFP_KERNEL, layout.vmallocStart(), layout.vmallocPages(), level));
    }
    if (layout.hasHighMem()) {
      prepareKmap(cpu);
    }
  }

  private void mapDirect(Cpu cpu) {
    for (Zone zone : memory.zones()) {
      FrameRanges present = zone.isHighMem() ? FrameRanges.EMPTY : zone.presentRanges();
      for (int i = 0; i < present.count(); i++) {
        long physical = (long) present.start(i) << SHIFT;
        long pages = (long) present.end(i) - present.start(i);
        long address = layout.directStart() + physical;
        long mapped =
            tables.mapRange(
                cpu,
                Gfp.GFP_KERNEL,
                address,
                pages,
                physical,
                Pte.PAGE_KERNEL,
                PageTableLayout.LARGE_LEVEL);
        expect(mapped == pages);
      }
    }
  }

  /** The slots of kmap() and kmap_local_page() have their tables from boot on. */
  private void prepareKmap(Cpu cpu) {
    int last = memory.cpus().size() - 1;
    long lowest = layout.localAddress(last, KernelLayout.LOCAL_SLOTS - 1);
    long highest = layout.localAddress(0, 0);
    long pages = ((highest - lowest) >>> SHIFT) + 1;
    expect(
        tables.prepare(cpu, Gfp.GFP_KERNEL, layout.pkmapStart(), KernelLayout.PKMAP_SLOTS, 0)
            && tables.prepare(cpu, Gfp.GFP_KERNEL, lowest, pages, 0));
  }

  private void expect(boolean enough) {
    if (!enough) {
      throw new TableMemoryException(
          memory.spec().name()
              + ": not enough of its "
              + totalPages()
              + " pages are free for the kernel's page tables");
    }
  }

  /** The machine's memory. */
  public PhysicalMemory memory() {
    return memory;
  }

  PageAllocator allocator() {
    return allocator;
  }

  Ram ram() {
    return ram;
  }

  ObjectMemory objects() {
    return objects;
  }

  TlbFlush tlb() {
    return tlb;
  }

  VmAreas areas() {
    return areas;
  }

  /** Where what is. */
  public KernelLayout layout() {
    return layout;
  }

  /** The kernel's page tables, of which each address space shares one half. */
  public PageTables tables() {
    return tables;
  }

  /** vmalloc and vfree. */
  public Vmalloc vmalloc() {
    return vmalloc;
  }

  /** vmap and vunmap. */
  public Vmap vmap() {
    return vmap;
  }

  /** ioremap and iounmap. */
  public Ioremap ioremap() {
    return ioremap;
  }

  /** kmap, kmap_local_page and page_address. */
  public HighMem highMem() {
    return highMem;
  }

  /** Loads and stores through the tables. */
  public Mmu mmu() {
    return mmu;
  }

  /** All areas of vmalloc space as they are now, lazy ones too, sorted by address. */
  public List<VmArea> areaList() {
    List<VmArea> all = new ArrayList<>();
    VmStructs structs = areas.structs;
    areas.list.lock.lock();
    try {
      for (long vm = areas.list.head(); vm != VmStructs.NONE; vm = structs.next(vm)) {
        all.add(area(vm));
      }
    } finally {
      areas.list.lock.unlock();
    }
    return all;
  }

  /** Whether a byte of RAM belongs to a descriptor of an area, or to its array of pages. */
  public boolean isDescriptor(long physical) {
    return new KernelDescriptors(areas, tables, layout).hold(physical);
  }

  private VmArea area(long vm) {
    VmStructs structs = areas.structs;
    boolean whole = !structs.has(vm, VmStructs.VM_LAZY | VmStructs.VM_UNINITIALIZED);
    Integer[] byNode = new Integer[memory.nodes().size()];
    Arrays.fill(byNode, 0);
    for (int pfn : whole ? vmalloc.frames(vm) : new int[0]) {
      byNode[Objects.requireNonNull(memory.zoneOf(pfn)).node().id()]++;
    }
    return new VmArea(
        structs.address(vm),
        structs.size(vm),
        structs.flags(vm),
        structs.nrPages(vm),
        List.of(byNode),
        layout.isVmalloc(structs.pages(vm)),
        structs.physical(vm),
        areas.symbols.name(structs.caller(vm)));
  }

  /**
   * Flushes what waits for it and gives the addresses back: {@code vm_unmap_aliases}.
   *
   * @return how many areas had waited
   */
  public int purge(Cpu cpu) {
    return areas.purge(cpu);
  }

  /**
   * Tables for a process: an own half without a mapping, and the kernel's half as it is now: {@code
   * pgd_alloc}. With two levels it may miss tables that the kernel makes later; {@link
   * PageTables#shareEntry} brings them.
   *
   * @throws TableMemoryException if there is no frame for the root
   */
  public PageTables processTables(Cpu cpu) {
    PageTables process = PageTables.create(tables.memory(), cpu, Gfp.GFP_KERNEL_ACCOUNT);
    long kernelPages = layout.tables().allPages() - layout.userPages();
    process.share(tables, layout.userPages() << SHIFT, kernelPages);
    return process;
  }

  /** Pages of freed areas, guards included, whose addresses wait for a flush. */
  public long lazyPages() {
    return areas.list.lazyPages();
  }

  /** How many such pages there may be before they are flushed. */
  public long lazyMaxPages() {
    return areas.lazyMaxPages();
  }

  /** Shows a frame at an address whose table is there since boot: {@code set_pte}. */
  void setKernelEntry(long address, int pfn) {
    PageTables.Step last = tables.walk(address).getLast();
    long entry = ((long) pfn << SHIFT) | Pte.flags(layout.tables(), Pte.PAGE_KERNEL);
    tables.memory().entry(last.slot(), entry);
    tables.memory().counts().written(1);
  }

  /** How many pages all zones were given: {@code totalram_pages()}. */
  long totalPages() {
    return memory.zones().stream().mapToLong(Zone::managed).sum();
  }

  /** A pointer as the kernel prints it with %px. */
  String pointer(long address) {
    return layout.tables().hex(address);
  }

  /** A kernel warning: {@code WARN()}. */
  void warn(Cpu cpu, String text) {
    memory.log().print(text + "\nWARNING: CPU: " + cpu.id() + " PID: 1 at mm/vmalloc.c");
  }
}
