package dev.quarry.physical;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.FaultSite;
import org.jspecify.annotations.Nullable;

/**
 * The page allocator: blocks of {@code 1 << order} contiguous frames, taken and given back on a CPU
 * that the calling thread holds. Names and behaviour are those of include/linux/gfp.h and
 * mm/page_alloc.c (6.18).
 *
 * <p>The fast path tests one number, pops one list and takes no lock; everything else is in {@code
 * allocPagesSlow} and what it calls.
 */
public final class PageAllocator {
  /** What {@link #getFreePages} returns for a failure. */
  public static final long NO_ADDRESS = 0;

  private final PhysicalMemory memory;
  private final MemMap map;
  private final Pageblocks pageblocks;
  private final DirectMap directMap;
  private final FreelistWalk walk;
  private final SlowPath slowPath;
  private final FreePath freePath;
  private final BulkPath bulk;
  private final byte[] zoneIndexes;
  private final int maxOrder;
  private final int fastMaxOrder;
  private final boolean groupsByMobility;
  private final Reclaimer reclaimer;
  private final boolean oneNode;

  private static final int ZONE_BITS = 4;

  /** Per CPU and combination of zone bits: its lists in the zone that comes first, or null. */
  private final @Nullable PerCpuPages[] firstLists;

  /** Per CPU and zone number: its lists. */
  private final @Nullable PerCpuPages[] lists;

  private final int nrZones;

  /** Makes the allocator of a machine. */
  public PageAllocator(PhysicalMemory memory, Reclaimer reclaimer) {
    this.memory = memory;
    this.map = memory.map();
    this.pageblocks = memory.pageblocks();
    this.directMap = new DirectMap(memory);
    this.reclaimer = reclaimer;
    this.oneNode = memory.nodes().size() == 1;
    HighAtomicReserve highAtomic = new HighAtomicReserve(memory);
    this.walk = new FreelistWalk(memory, highAtomic);
    this.slowPath = new SlowPath(memory, walk, highAtomic, reclaimer);
    this.freePath = new FreePath(memory, walk);
    this.bulk = new BulkPath(memory, this, walk);
    this.zoneIndexes = Gfp.zoneIndexTable(memory.zoneTypes());
    this.maxOrder = memory.spec().maxOrder();
    this.fastMaxOrder = memory.spec().sysctls().percpuLists() ? memory.pcpMaxOrder() : -1;
    this.groupsByMobility = memory.groupsByMobility();
    this.nrZones = memory.zones().size();
    this.lists = lists();
    this.firstLists = firstLists();
    memory.faults().whenArmed(this::setFastPath);
  }

  /** A request that is to fail is not served on the fast path. */
  private void setFastPath() {
    boolean armed = memory.faults().isArmed(FaultSite.PAGE_ALLOC);
    @Nullable PerCpuPages[] all = armed ? new PerCpuPages[firstLists.length] : firstLists();
    System.arraycopy(all, 0, firstLists, 0, all.length);
  }

  private @Nullable PerCpuPages[] lists() {
    @Nullable PerCpuPages[] all = new PerCpuPages[memory.cpus().size() * nrZones];
    for (Cpu cpu : memory.cpus()) {
      for (Zone zone : memory.zones()) {
        if (zone.isPopulated()) {
          all[cpu.id() * nrZones + zone.number()] = zone.pcp(cpu.id());
        }
      }
    }
    return all;
  }

  private @Nullable PerCpuPages[] firstLists() {
    @Nullable PerCpuPages[] first = new PerCpuPages[memory.cpus().size() << ZONE_BITS];
    for (Cpu cpu : memory.cpus()) {
      for (int bits = 0; bits < zoneIndexes.length; bits++) {
        if (zoneIndexes[bits] != Gfp.BAD_ZONE) {
          Zone[] list = memory.node(cpu.node()).fallbackLists[zoneIndexes[bits]];
          first[(cpu.id() << ZONE_BITS) + bits] = list.length == 0 ? null : list[0].pcp(cpu.id());
        }
      }
    }
    return first;
  }

  /** The direct map of the machine. */
  public DirectMap directMap() {
    return directMap;
  }

  /**
   * Allocates a block: {@code alloc_pages()}.
   *
   * @param cpu a CPU that the calling thread holds
   * @param gfp bits of {@link Gfp}
   * @param order log2 of the number of frames
   * @return its first frame, or {@link Pfn#NONE}
   * @throws IllegalArgumentException if the order is above the machine's or the zone bits
   *     contradict each other
   */
  public int allocPages(Cpu cpu, int gfp, int order) {
    assert !cpu.isHeldElsewhere() : cpu + " is held by another thread";
    if (order <= fastMaxOrder && order >= 0) {
      PerCpuPages pcp = firstLists[(cpu.id() << ZONE_BITS) + (gfp & Gfp.ZONE_MASK)];
      if (pcp != null && isForAll(pcp.zone, gfp) && pcp.zone.isPlenty(order)) {
        int pfn = pcp.takeReady(order, migrateType(gfp));
        if (pfn != Pfn.NONE) {
          return prepare(pfn, order, gfp);
        }
      }
    }
    return allocPagesSlow(cpu, cpu.node(), Request.ALL_NODES, gfp, order, null);
  }

  /** Whether no rule about nodes could lead the request elsewhere. */
  private boolean isForAll(Zone zone, int gfp) {
    return (gfp & Gfp.THISNODE) == 0 && (oneNode || !reclaimer.isKswapdRunning(zone.node()));
  }

  private int migrateType(int gfp) {
    return groupsByMobility ? Gfp.migrateType(gfp) : MigrateType.UNMOVABLE;
  }

  static void countLocality(PerCpuPages pcp, Zone zone, Cpu cpu) {
    if (zone.node().id() == cpu.node()) {
      pcp.numaLocal++;
    } else {
      pcp.numaOther++;
    }
  }

  /** Allocates and records every decision in {@code trail}. */
  public int allocPagesTraced(Cpu cpu, int gfp, int order, Trail trail) {
    return allocPagesSlow(cpu, cpu.node(), Request.ALL_NODES, gfp, order, trail);
  }

  /**
   * Allocates near a node: {@code alloc_pages_node()} with a nodemask.
   *
   * @param node whose zonelist is used
   * @param nodeMask a bit for each node that may serve the request; -1 for all
   * @param trail records the decisions, or null
   */
  public int allocPagesNode(
      Cpu cpu, int node, long nodeMask, int gfp, int order, @Nullable Trail trail) {
    return nodeMask == Request.ALL_NODES && trail == null && node == cpu.node()
        ? allocPages(cpu, gfp, order)
        : allocPagesSlow(cpu, node, nodeMask, gfp, order, trail);
  }

  private int allocPagesSlow(
      Cpu cpu, int nodeId, long nodeMask, int gfp, int order, @Nullable Trail trail) {
    Request request = request(cpu, nodeId, nodeMask, gfp, order, trail);
    if (cpu.takeDrainRequest()) {
      memory.drainPages(cpu);
    }
    if (isMadeToFail(gfp)) {
      return Pfn.NONE;
    }
    int pfn = walk.first(request, reclaimer);
    if (pfn == Pfn.NONE) {
      pfn = slowPath.allocate(request);
      if (pfn == Pfn.NONE) {
        return pfn;
      }
    }
    prepare(pfn, order, gfp);
    if (request.ignoredMarks) {
      map.setFlags(pfn, PageState.PFMEMALLOC);
    }
    return pfn;
  }

  /** {@code should_fail_alloc_page} (mm/fail_page_alloc.c, 6.18). */
  boolean isMadeToFail(int gfp) {
    return (gfp & Gfp.NOFAIL) == 0 && memory.faults().fails(FaultSite.PAGE_ALLOC);
  }

  /**
   * A request that is tried without reclaim, as a whole or zone by zone.
   *
   * @param node whose zonelist is used
   * @param nodeMask a bit for each node that may serve the request; -1 for all
   * @param trail records the decisions
   * @throws IllegalArgumentException as for {@link #allocPages}
   */
  public AllocTrial trial(Cpu cpu, int node, long nodeMask, int gfp, int order, Trail trail) {
    Request request = request(cpu, node, nodeMask, gfp, order, trail);
    return new AllocTrial(memory, walk, slowPath, request);
  }

  Request request(Cpu cpu, int nodeId, long nodeMask, int gfp, int order, @Nullable Trail trail) {
    memory.checkOrder(order);
    int highest = zoneIndexes[gfp & Gfp.ZONE_MASK];
    if (highest == Gfp.BAD_ZONE) {
      throw new IllegalArgumentException(
          "zone bits 0x" + Integer.toHexString(gfp & Gfp.ZONE_MASK) + " contradict each other");
    }
    Node node = memory.node(nodeId);
    Zone[][] lists = (gfp & Gfp.THISNODE) != 0 ? node.ownLists : node.fallbackLists;
    return new Request(cpu, gfp, order, highest, migrateType(gfp), lists[highest], nodeMask, trail);
  }

  /** Makes a block somebody's: one reference, head flag for compound pages, zeros if asked for. */
  int prepare(int pfn, int order, int gfp) {
    int flags = order > 0 && (gfp & Gfp.COMP) != 0 ? PageState.HEAD : 0;
    map.state(pfn, PageState.allocated(order, flags));
    if ((gfp & Gfp.ZERO) != 0 && memory.ram() != null) {
      memory.ram().zeroPages(pfn, 1 << order);
    }
    return pfn;
  }

  /** Allocates one frame: {@code alloc_page()}. */
  public int allocPage(Cpu cpu, int gfp) {
    return allocPages(cpu, gfp, 0);
  }

  /**
   * Allocates a block and returns the address at which the direct map shows it: {@code
   * __get_free_pages()}.
   *
   * @return the address, or {@link #NO_ADDRESS}
   * @throws IllegalArgumentException if the mask allows HighMem, which has no such address
   */
  public long getFreePages(Cpu cpu, int gfp, int order) {
    if ((gfp & Gfp.HIGHMEM) != 0) {
      throw new IllegalArgumentException(
          "__get_free_pages() returns an address of the direct map, which __GFP_HIGHMEM pages do"
              + " not have: use alloc_pages() and kmap()");
    }
    int pfn = allocPages(cpu, gfp, order);
    return pfn == Pfn.NONE ? NO_ADDRESS : directMap.pageToVirt(pfn);
  }

  /** One frame with an address: {@code __get_free_page()}. */
  public long getFreePage(Cpu cpu, int gfp) {
    return getFreePages(cpu, gfp, 0);
  }

  /** One frame of zeros with an address: {@code get_zeroed_page()}. */
  public long getZeroedPage(Cpu cpu, int gfp) {
    return getFreePages(cpu, gfp | Gfp.ZERO, 0);
  }

  /** A block below the DMA limit, with an address: {@code __get_dma_pages()}. */
  public long getDmaPages(Cpu cpu, int gfp, int order) {
    return getFreePages(cpu, gfp | Gfp.DMA, order);
  }

  /**
   * Allocates exactly as many frames as {@code bytes} need, giving the rest of the block back to
   * the zone, to be handed out late: {@code alloc_pages_exact()}. Each frame stands for itself
   * afterwards.
   *
   * @return the first frame, or {@link Pfn#NONE}
   */
  public int allocPagesExact(Cpu cpu, long bytes, int gfp) {
    int pages = pagesFor(bytes);
    int order = 32 - Integer.numberOfLeadingZeros(pages - 1);
    int pfn = allocPages(cpu, gfp & ~Gfp.COMP, order);
    if (pfn != Pfn.NONE) {
      splitPage(pfn, order);
      for (int extra = pages; extra < 1 << order; extra++) {
        freePath.freeToTail(cpu, pfn + extra);
      }
    }
    return pfn;
  }

  /** Frees what {@link #allocPagesExact} returned: {@code free_pages_exact()}. */
  public void freePagesExact(Cpu cpu, int pfn, long bytes) {
    int pages = pagesFor(bytes);
    for (int i = 0; i < pages; i++) {
      freePages(cpu, pfn + i, 0);
    }
  }

  private int pagesFor(long bytes) {
    long pages = (bytes + memory.spec().pageSize() - 1) >>> memory.spec().pageShift();
    if (bytes <= 0 || pages > 1L << maxOrder) {
      throw new IllegalArgumentException(
          bytes + " bytes do not fit 1 to " + (1L << maxOrder) + " pages");
    }
    return (int) pages;
  }

  /**
   * Makes each frame of an allocated block, not compound, a block of its own: {@code split_page}.
   */
  public void splitPage(int pfn, int order) {
    if ((map.state(pfn) & ~(long) PageState.PFMEMALLOC) != PageState.allocated(order, 0)) {
      throw new IllegalArgumentException(
          "frame " + pfn + " does not head a plain allocated block of order " + order);
    }
    splitBlock(pfn, order, 0);
  }

  /**
   * Makes a block that is held once, compound or not, blocks of a smaller order, each held once:
   * what {@code split_page} and {@code folio_split} come to.
   */
  public void splitBlock(int pfn, int order, int newOrder) {
    BlockSplit.split(map, pfn, order, newOrder);
  }

  /**
   * Allocates many single frames with one test and one visit to the per-CPU lists: {@code
   * alloc_pages_bulk()}.
   *
   * @param pfns receives the frames
   * @return how many there are, from 0 to {@code pfns.length}
   */
  public int allocPagesBulk(Cpu cpu, int gfp, int[] pfns) {
    return bulk.allocate(cpu, cpu.node(), Request.ALL_NODES, gfp, pfns, 0, pfns.length);
  }

  /**
   * Allocates many single frames near a node: {@code alloc_pages_bulk_node()}.
   *
   * @param pfns receives {@code count} frames from index {@code from} on
   * @return how many there are
   */
  public int allocPagesBulk(Cpu cpu, int node, int gfp, int[] pfns, int from, int count) {
    return bulk.allocate(cpu, node, Request.ALL_NODES, gfp, pfns, from, count);
  }

  /**
   * Reports a failure of a floor above in the kernel's log, with the state of all memory: {@code
   * warn_alloc()}. Silent with __GFP_NOWARN.
   */
  public void warnAlloc(Cpu cpu, int gfp, String what) {
    slowPath.report().write(request(cpu, cpu.node(), Request.ALL_NODES, gfp, 0, null), what);
  }

  BulkPath bulk() {
    return bulk;
  }

  /**
   * Frees a block: {@code __free_pages()}. A frame with more than one reference loses one. Misuse
   * (a block that is free, reserved, of another order, or in use) is reported in the kernel's log
   * as {@code bad_page()} does, and changes nothing.
   *
   * @return whether the reference was dropped; false: misuse
   */
  public boolean freePages(Cpu cpu, int pfn, int order) {
    assert !cpu.isHeldElsewhere() : cpu + " is held by another thread";
    if (!freePath.isPlain(pfn, order, map.state(pfn))) {
      return freePath.freeUnusual(cpu, pfn, order);
    }
    int word = pageblocks.word(pfn);
    int type = Pageblocks.typeOf(word);
    if (order > fastMaxOrder || type >= MigrateType.PCPTYPES) {
      freePath.free(cpu, pfn, order);
      return true;
    }
    lists[cpu.id() * nrZones + Pageblocks.zoneOf(word)].put(pfn, order, type);
    return true;
  }

  /** Frees one frame: {@code __free_page()}. */
  public boolean freePage(Cpu cpu, int pfn) {
    return freePages(cpu, pfn, 0);
  }

  /**
   * Frees a block by its address in the direct map: {@code free_pages()}; 0 is ignored.
   *
   * @throws IllegalArgumentException if the address is not in the direct map
   */
  public boolean freePagesAt(Cpu cpu, long virtual, int order) {
    return virtual == NO_ADDRESS || freePages(cpu, directMap.virtToPage(virtual), order);
  }

  /**
   * Adds a reference to an allocated block: {@code get_page()}. The caller has one already; other
   * threads may add and drop theirs meanwhile.
   */
  public void getPage(int pfn) {
    long state;
    do {
      state = map.state(pfn);
      if (!PageState.isAllocated(state)) {
        throw new IllegalStateException("frame " + pfn + " is " + memory.kindOf(pfn));
      }
    } while (!map.replaceState(
        pfn, state, PageState.withRefcount(state, PageState.refcount(state) + 1)));
  }

  /**
   * Empties the per-CPU lists: {@code drain_all_pages()}. Those of a CPU that another thread holds
   * are emptied by that thread when it next leaves its fast path.
   */
  public void drainAllPages() {
    memory.drainAllPages();
  }

  /**
   * Lets a CPU's lists shrink towards their minimum, as the kernel does about once a second.
   *
   * @param cpu a CPU that the calling thread holds
   */
  public void decayPcpHigh(Cpu cpu) {
    freePath.decay(cpu);
  }

  /** How many misuses were caught since boot. */
  public long badPages() {
    return freePath.badPages();
  }

  /** How many requests failed since boot. */
  public long failures() {
    return slowPath.failures();
  }
}
