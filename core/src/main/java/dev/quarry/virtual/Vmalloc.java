package dev.quarry.virtual;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.Pfn;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory that is contiguous for the kernel and not in RAM: {@code vmalloc} and {@code vfree}
 * (mm/vmalloc.c, 6.18).
 *
 * <pre>
 *   vmalloc 1M ─► area of 257 pages from the list ─► array of 256 frames ─► 256 single frames
 *                                                                        ─► 256 entries
 * </pre>
 *
 * <p>Equation: {@code nrPages == sum of nr_pages of the areas}; each frame in an area's array is
 * mapped exactly there.
 */
public final class Vmalloc {
  /** What an allocation returns for a failure: NULL. */
  public static final long NO_ADDRESS = 0;

  /** The node of a request that has no wish: NUMA_NO_NODE. */
  public static final int ANY_NODE = -1;

  private static final long ALL_NODES = -1;
  private static final int SHIFT = PageTableLayout.PAGE_SHIFT;

  /** Pages asked for at a time: {@code vm_area_alloc_pages}. */
  private static final int BULK = 100;

  /** Frames that are held on the heap on their way from the allocator into the area's array. */
  private static final int CHUNK = 5 * BULK;

  private final KernelSpace space;
  private final VmAreas areas;
  private final VmStructs structs;
  private final PageTables tables;
  private final PageAllocator allocator;
  private final PageArray arrays;
  private final AtomicLong nrPages = new AtomicLong();

  Vmalloc(KernelSpace space, VmAreas areas) {
    this.space = space;
    this.areas = areas;
    this.structs = areas.structs;
    this.tables = space.tables();
    this.allocator = space.allocator();
    this.arrays = new PageArray(space.ram(), space.layout(), tables);
  }

  /**
   * A request.
   *
   * @param bytes more than 0
   * @param gfp bits of {@link Gfp}
   * @param node a node, or {@link #ANY_NODE}
   * @param flags of {@link VmStructs}
   * @param caller the function that asks, for {@code /proc/vmallocinfo}
   */
  private record Request(long bytes, int gfp, int node, int flags, String caller) {
    long pages() {
      return (bytes >>> SHIFT) + ((bytes & PageTableLayout.PAGE_SIZE - 1) == 0 ? 0 : 1);
    }
  }

  /** Pages that areas hold: {@code vmalloc_nr_pages()}, VmallocUsed. */
  public long nrPages() {
    return nrPages.get();
  }

  /** Allocates bytes: {@code vmalloc()}. Returns their address, or {@link #NO_ADDRESS}. */
  public long vmalloc(Cpu cpu, long bytes, String caller) {
    return vmallocNode(cpu, bytes, Gfp.GFP_KERNEL, ANY_NODE, caller);
  }

  /** Allocates bytes of zeros: {@code vzalloc()}. */
  public long vzalloc(Cpu cpu, long bytes, String caller) {
    return vmallocNode(cpu, bytes, Gfp.GFP_KERNEL | Gfp.ZERO, ANY_NODE, caller);
  }

  /** Allocates bytes of zeros that a process may map: {@code vmalloc_user()}. */
  public long vmallocUser(Cpu cpu, long bytes, String caller) {
    int gfp = Gfp.GFP_KERNEL | Gfp.ZERO;
    return allocate(cpu, new Request(bytes, gfp, ANY_NODE, VmStructs.VM_USERMAP, caller));
  }

  /**
   * Allocates bytes near a node: {@code __vmalloc_node()}.
   *
   * @param gfp bits of {@link Gfp}; a request that may not block is refused
   * @param node a node, or {@link #ANY_NODE}
   * @return their address, or {@link #NO_ADDRESS}: the log says why
   */
  public long vmallocNode(Cpu cpu, long bytes, int gfp, int node, String caller) {
    return allocate(cpu, new Request(bytes, gfp, node, 0, caller));
  }

  private long allocate(Cpu cpu, Request request) {
    if (!mayBegin(cpu, request)) {
      return NO_ADDRESS;
    }
    int flags = VmStructs.VM_ALLOC | VmStructs.VM_UNINITIALIZED | request.flags;
    long vm =
        areas.make(
            cpu,
            request.gfp,
            request.bytes,
            request.pages(),
            PageTableLayout.PAGE_SIZE,
            flags,
            request.caller);
    if (vm == VmStructs.NONE) {
      warn(cpu, request, request.pages() << SHIFT, "vm_struct allocation failed");
      return NO_ADDRESS;
    }
    if (!fill(cpu, vm, request)) {
      vfree(cpu, structs.address(vm));
      return NO_ADDRESS;
    }
    areas.list.initialized(vm);
    return structs.address(vm);
  }

  private boolean mayBegin(Cpu cpu, Request request) {
    if (request.bytes <= 0) {
      space.warn(cpu, "vmalloc of " + request.bytes + " bytes for " + request.caller);
      return false;
    }
    if (!Gfp.mayBlock(request.gfp)) {
      space
          .memory()
          .log()
          .print(
              "BUG: sleeping function called from invalid context: vmalloc for "
                  + request.caller
                  + " without __GFP_DIRECT_RECLAIM");
      return false;
    }
    if (request.bytes >>> SHIFT > space.totalPages()) {
      warn(cpu, request, request.bytes, "exceeds total pages");
      return false;
    }
    return true;
  }

  private void warn(Cpu cpu, Request request, long bytes, String what) {
    allocator.warnAlloc(
        cpu, request.gfp, String.format(Locale.ROOT, "vmalloc error: size %d, %s", bytes, what));
  }

  /** {@code __vmalloc_area_node}: the array, the frames, the entries. What was got stays. */
  private boolean fill(Cpu cpu, long vm, Request request) {
    int gfp = request.gfp;
    int count = (int) request.pages();
    if ((gfp & (Gfp.DMA | Gfp.DMA32)) == 0) {
      gfp |= Gfp.HIGHMEM;
    }
    long array = array(cpu, count, request);
    if (array == NO_ADDRESS) {
      long size = arrays.bytes(count);
      String what = "failed to allocated page array size " + size;
      warn(cpu, request, (long) count << SHIFT, what);
      return false;
    }
    structs.pages(vm, array);
    int[] chunk = new int[Math.min(count, CHUNK)];
    int got = allocatePages(cpu, vm, gfp | Gfp.NOWARN, request.node, count, chunk);
    nrPages.getAndAdd(got);
    if (got < count) {
      warn(cpu, request, (long) got << SHIFT, "failed to allocate pages");
      return false;
    }
    if (!map(cpu, vm, gfp, count, chunk)) {
      warn(cpu, request, (long) count << SHIFT, "failed to map pages");
      return false;
    }
    return true;
  }

  private long array(Cpu cpu, int count, Request request) {
    int gfp = (request.gfp & VmAreas.RECLAIM_MASK) | Gfp.ZERO;
    long size = arrays.bytes(count);
    return size > PageTableLayout.PAGE_SIZE
        ? vmallocNode(cpu, size, gfp, request.node, request.caller)
        : space.objects().kmalloc(cpu, size, gfp);
  }

  /** {@code vm_area_alloc_pages}: in bulk while that gives all, then one by one. */
  private int allocatePages(Cpu cpu, long vm, int gfp, int node, int count, int[] chunk) {
    int from = node == ANY_NODE ? cpu.node() : node;
    boolean bulk = true;
    boolean more = true;
    int got = 0;
    while (got < count && more) {
      int inChunk = 0;
      int wanted = Math.min(chunk.length, count - got);
      while (inChunk < wanted && more) {
        int ask = bulk ? Math.min(BULK, wanted - inChunk) : 1;
        int given = bulk ? allocator.allocPagesBulk(cpu, from, gfp, chunk, inChunk, ask) : 0;
        if (!bulk) {
          chunk[inChunk] = allocator.allocPagesNode(cpu, from, ALL_NODES, gfp, 0, null);
          given = chunk[inChunk] == Pfn.NONE ? 0 : 1;
          more = given == 1;
        }
        bulk &= given == ask;
        inChunk += given;
      }
      arrays.put(structs.pages(vm), got, chunk, inChunk);
      got += inChunk;
      structs.nrPages(vm, got);
    }
    return got;
  }

  private boolean map(Cpu cpu, long vm, int gfp, int count, int[] chunk) {
    long address = structs.address(vm);
    for (int done = 0; done < count; done += chunk.length) {
      int run = Math.min(chunk.length, count - done);
      if (count > chunk.length) {
        arrays.get(structs.pages(vm), done, chunk, run);
      }
      long at = address + ((long) done << SHIFT);
      int mapped = tables.map(cpu, tableGfp(gfp), at, chunk, 0, run, Pte.PAGE_KERNEL);
      if (mapped < run) {
        return false;
      }
    }
    return true;
  }

  /**
   * Tables are always asked for with GFP_KERNEL; a request without __GFP_FS or __GFP_IO runs in a
   * scope that takes these away.
   */
  private static int tableGfp(int gfp) {
    return (Gfp.GFP_KERNEL & ~((Gfp.FS | Gfp.IO) & ~gfp)) | Gfp.NOWARN;
  }

  /**
   * Frees what an allocation of this class returned: {@code vfree()}; 0 is ignored. Anything else
   * is reported in the log, without any effect.
   *
   * @return whether there was such an area
   */
  public boolean vfree(Cpu cpu, long address) {
    if (address == NO_ADDRESS) {
      return true;
    }
    if ((address & PageTableLayout.PAGE_SIZE - 1) != 0) {
      space.warn(cpu, "Trying to vfree() bad address (" + space.pointer(address) + ")");
      return false;
    }
    long vm = areas.list.claim(address, VmStructs.VM_ALLOC);
    if (vm == VmStructs.NONE) {
      space.warn(cpu, "Trying to vfree() nonexistent vm area (" + space.pointer(address) + ")");
      return false;
    }
    areas.unmap(vm);
    freePages(cpu, vm);
    areas.retire(cpu, vm);
    return true;
  }

  private void freePages(Cpu cpu, long vm) {
    int count = structs.nrPages(vm);
    long array = structs.pages(vm);
    int[] chunk = new int[Math.min(count, CHUNK)];
    for (int done = 0; done < count; done += chunk.length) {
      int run = Math.min(chunk.length, count - done);
      arrays.get(array, done, chunk, run);
      for (int i = 0; i < run; i++) {
        allocator.freePages(cpu, chunk[i], 0);
      }
    }
    nrPages.getAndAdd(-count);
    structs.pages(vm, VmStructs.NONE);
    structs.nrPages(vm, 0);
    if (space.layout().isVmalloc(array)) {
      vfree(cpu, array);
    } else if (array != VmStructs.NONE) {
      space.objects().kfree(cpu, array);
    }
  }

  /**
   * The frame behind an address of vmalloc space: {@code vmalloc_to_page()}.
   *
   * @return the frame, or {@link Pfn#NONE} if nothing is mapped there
   */
  public int vmallocToPage(long address) {
    return space.layout().isVmalloc(address)
            && tables.state(address) instanceof PteState.Present present
        ? (int) present.frame()
        : Pfn.NONE;
  }

  /** The frames of an area, for those who look at it. */
  int[] frames(long vm) {
    int[] frames = new int[structs.nrPages(vm)];
    arrays.get(structs.pages(vm), 0, frames, frames.length);
    return frames;
  }
}
