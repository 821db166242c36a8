package dev.quarry.virtual;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.KernelLog;
import dev.quarry.physical.Gfp;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes areas of vmalloc space and takes them apart: {@code get_vm_area}, {@code remove_vm_area}
 * and the lazy unmapping of mm/vmalloc.c (6.18).
 *
 * <p>Who frees an area clears its entries at once; TLBs may still hold them, so that its addresses
 * are not used again before a flush. One flush for many areas is the saving: it is done when more
 * than {@link #lazyMaxPages} wait, or no hole is left.
 */
final class VmAreas {
  private static final int SHIFT = PageTableLayout.PAGE_SHIFT;
  private static final long LAZY_BYTES = 32L << 20;

  /** What of a request's mask also holds for the descriptors: GFP_RECLAIM_MASK. */
  static final int RECLAIM_MASK =
      Gfp.RECLAIM
          | Gfp.HIGH
          | Gfp.IO
          | Gfp.FS
          | Gfp.NOWARN
          | Gfp.RETRY_MAYFAIL
          | Gfp.NOFAIL
          | Gfp.NORETRY
          | Gfp.MEMALLOC
          | Gfp.NOMEMALLOC;

  final VmStructs structs;
  final AreaList list;
  final KernelSymbols symbols;
  private final KernelLayout layout;
  private final PageTables tables;
  private final ObjectMemory objects;
  private final TlbFlush tlb;
  private final KernelLog log;
  private final long lazyMaxPages;
  private final AtomicLong purges = new AtomicLong();

  VmAreas(KernelSpace space) {
    this.layout = space.layout();
    this.tables = space.tables();
    this.objects = space.objects();
    this.tlb = space.tlb();
    this.log = space.memory().log();
    this.structs = new VmStructs(space.ram(), layout);
    this.list = new AreaList(structs, layout);
    this.symbols = new KernelSymbols(layout.tables());
    int cpus = space.memory().cpus().size();
    int log2 = Integer.SIZE - Integer.numberOfLeadingZeros(cpus);
    this.lazyMaxPages = log2 * (LAZY_BYTES >> SHIFT);
  }

  /** Lazy pages above which they are purged: {@code lazy_max_pages()}, 32 MiB for each doubling. */
  long lazyMaxPages() {
    return lazyMaxPages;
  }

  /** How many purges flushed something. */
  long purges() {
    return purges.get();
  }

  /**
   * Makes an area with a guard page behind it: {@code __get_vm_area_node}.
   *
   * @param pages that it may map, at least 1
   * @param align a power of two, at least a page
   * @return the area's descriptor, or {@link VmStructs#NONE}
   */
  long make(Cpu cpu, int gfp, long requestedBytes, long pages, long align, int flags, String who) {
    long vm = objects.kmalloc(cpu, structs.bytes(), (gfp & RECLAIM_MASK) | Gfp.ZERO);
    if (vm == VmStructs.NONE) {
      return VmStructs.NONE;
    }
    long bytes = (pages + 1) << SHIFT;
    structs.init(vm, requestedBytes, bytes, flags, symbols.address(who));
    if (list.insert(vm, align) != AreaList.NO_ADDRESS
        || (purge(cpu) > 0 && list.insert(vm, align) != AreaList.NO_ADDRESS)) {
      return vm;
    }
    objects.kfree(cpu, vm);
    if ((gfp & Gfp.NOWARN) == 0) {
      log.print(
          String.format(
              Locale.ROOT,
              "vmalloc_node_range for size %d failed: Address range restricted to 0x%x - 0x%x",
              bytes,
              layout.vmallocStart(),
              layout.vmallocEnd()));
    }
    return VmStructs.NONE;
  }

  /** Clears the entries of an area that was claimed. */
  void unmap(long vm) {
    tables.unmap(structs.address(vm), structs.usablePages(vm));
  }

  /** The last step of freeing an area, whose entries are cleared. */
  void retire(Cpu cpu, long vm) {
    if (list.addLazy(vm) > lazyMaxPages) {
      purge(cpu);
    }
  }

  /**
   * Flushes the TLBs once and gives the addresses of all lazy areas back: {@code
   * __purge_vmap_area_lazy}.
   *
   * @return how many areas there were
   */
  int purge(Cpu cpu) {
    long first = list.takeLazy();
    if (first == VmStructs.NONE) {
      return 0;
    }
    int areas = 0;
    long start = structs.address(first);
    long end = start;
    for (long vm = first; vm != VmStructs.NONE; vm = structs.next(vm)) {
      end = structs.end(vm);
    }
    tlb.kernelRange(start, (end - start) >>> SHIFT);
    for (long vm = first; vm != VmStructs.NONE; areas++) {
      long next = structs.next(vm);
      objects.kfree(cpu, vm);
      vm = next;
    }
    purges.incrementAndGet();
    return areas;
  }
}
