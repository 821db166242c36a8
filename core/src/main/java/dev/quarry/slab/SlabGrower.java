package dev.quarry.slab;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Host;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.Pfn;

/**
 * Makes slabs out of pages and pages out of slabs: {@code cache_grow} and {@code slab_destroy}
 * (mm/slab.c, 3.10). What fails half way is taken back whole.
 *
 * <pre>
 *   pages ─► descriptor, on the slab or from a general cache ─► frames point to it
 *         ─► chain of all objects ─► constructor for each object
 * </pre>
 */
final class SlabGrower {
  /** What a slab's pages inherit from the request that needs them; the cache decides the rest. */
  private static final int REQUEST_MASK =
      ~(Gfp.ZERO | Gfp.ZONE_MASK | Gfp.RECLAIMABLE | Gfp.ACCOUNT);

  private static final long ALL_NODES = -1;

  private final SlabCore core;
  private final PageAllocator pages;
  private final DirectMemory memory;

  SlabGrower(SlabCore core) {
    this.core = core;
    this.pages = core.pages;
    this.memory = core.memory;
  }

  /**
   * Makes a slab that nobody owns, with all objects free, on no list.
   *
   * @return its descriptor, or {@link Slab#NONE} if there is no memory
   */
  long grow(Cpu cpu, KmemCache cache, int gfp, int node) {
    int order = cache.geometry().order();
    int mask = gfp & REQUEST_MASK;
    int pageMask = mask | cache.pageMask();
    int pfn = pages.allocPagesNode(cpu, node, ALL_NODES, pageMask, order, null);
    if (pfn == Pfn.NONE) {
      return Slab.NONE;
    }
    long page = pages.directMap().pageToVirt(pfn);
    int nodeOfPage = core.nodeOf(pfn);
    int colour = cache.node(nodeOfPage).nextColour();
    KmemCache management = cache.managementCache();
    long slab = management == null ? page + colour : management.alloc(cpu, mask & ~Gfp.THISNODE);
    if (slab == Slab.NONE) {
      pages.freePages(cpu, pfn, order);
      return Slab.NONE;
    }
    describe(cache, slab, page, colour, nodeOfPage);
    for (int at = pfn; at < pfn + (1 << order); at++) {
      core.map.enterSlab(at, slab, memory.trusted(slab), cache.id());
    }
    core.countPages(nodeOfPage, cache.isReclaimable(), 1L << order);
    construct(cpu, cache, slab);
    return slab;
  }

  private void describe(KmemCache cache, long slab, long page, int colour, int node) {
    SlabGeometry shape = cache.geometry();
    long at = memory.trusted(slab);
    long objects = page + colour + (shape.offSlab() ? 0 : shape.managementBytes());
    Slab.objects(at, objects, shape.size(), shape.num());
    Host.putInt(at + Slab.CACHE, cache.id());
    Host.putLong(at + Slab.PAGE, page);
    Host.putInt(at + Slab.COLOUR, colour);
    Host.putInt(at + Slab.NODE, node);
    Slab.free(at, 0);
    Slab.inUse(at, 0);
    Slab.local(at, Slab.NEVER, Bufctl.END);
    Host.putLong(at + Slab.NEXT, Slab.NONE);
    Host.putLong(at + Slab.PREV, Slab.NONE);
    Host.putInt(at + Slab.LIST, SlabList.Kind.NONE.ordinal());
    Host.putLong(at + Slab.REMOTE, Slab.NOTHING);
    Host.putLong(at + Slab.PENDING_NEXT, Slab.NONE);
    Bufctl.chainAll(Slab.chain(at), shape.num());
  }

  private void construct(Cpu cpu, KmemCache cache, long slab) {
    int done = 0;
    try {
      for (; done < cache.geometry().num(); done++) {
        cache.construct(cpu, Slab.object(memory.trusted(slab), done));
      }
    } catch (Throwable t) {
      undo(cpu, cache, slab, done);
      throw t;
    }
  }

  /**
   * Destroys a slab of which no object is in use and which is on no list and on no CPU's stack:
   * destructors, then the pages, then the descriptor.
   */
  void destroy(Cpu cpu, KmemCache cache, long slab) {
    undo(cpu, cache, slab, cache.geometry().num());
  }

  private void undo(Cpu cpu, KmemCache cache, long slab, int constructed) {
    long at = memory.trusted(slab);
    int order = cache.geometry().order();
    for (int index = 0; index < constructed; index++) {
      cache.destruct(cpu, Slab.object(at, index));
    }
    int pfn = core.pfnOf(Host.getLong(at + Slab.PAGE));
    int node = Slab.node(at);
    for (int frame = pfn; frame < pfn + (1 << order); frame++) {
      core.map.leaveSlab(frame);
    }
    core.countPages(node, cache.isReclaimable(), -(1L << order));
    pages.freePages(cpu, pfn, order);
    KmemCache management = cache.managementCache();
    if (management != null) {
      management.free(cpu, slab);
    }
  }
}
