package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.LruSpec;
import dev.quarry.machine.Ram;
import dev.quarry.physical.CompactPriority;
import dev.quarry.physical.Compacted;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeBalance;
import dev.quarry.physical.OomResult;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.ReclaimRequest;
import dev.quarry.physical.Reclaimer;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneStat;
import dev.quarry.reclaim.compact.Compaction;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.reclaim.oom.OomKiller;
import dev.quarry.reclaim.oom.OomTasks;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.virtual.cache.NodeCounts;
import dev.quarry.virtual.cache.PageCaches;
import dev.quarry.virtual.fault.ReverseMap;
import dev.quarry.virtual.fault.UserPages;
import dev.quarry.virtual.space.Commitment;
import java.util.ArrayList;
import java.util.List;

/**
 * Reclaim of a machine that has processes: the lists, swap, the background reclaimers, and the way
 * from a request that waits to them.
 */
public final class Reclaim implements Reclaimer, AutoCloseable {
  /** How long a request waits for write-back that finds nothing else: a tenth of a second. */
  private static final long WRITEBACK_NANOS = 100_000_000;

  private final PhysicalMemory memory;
  private final ReclaimSettings settings = new ReclaimSettings();
  private final Lruvecs lruvecs;
  private final LruBatches batches;
  private final Swap swap;
  private final SwapOnOff swapOnOff;
  private final Shrinkers shrinkers;
  private final TryToFree tryToFree;
  private final ShrinkPages shrink;
  private final ClassicLru classic;
  private final GenerationLru aged;
  private final List<Kswapd> kswapds = new ArrayList<>();
  private final Runnable reap;
  private final OomKiller oom;
  private final MemoryGroups groups;
  private final GroupLimits limits;
  private final GroupDelay delay;
  private final GroupReclaim groupReclaim;
  private final ReclaimScope scope = new WholeNodes();
  private final UserPages pages;
  private final Compaction compaction;
  private final DaemonSet daemons;

  private final class Background implements Daemons {
    @Override
    public void run(Cpu cpu) {
      delay.before(cpu);
      daemons.run(cpu);
    }

    @Override
    public boolean charge(Cpu cpu, MemoryGroup group, long nrPages, int gfp) {
      return limits.chargeUser(cpu, group, nrPages, gfp);
    }

    @Override
    public void wakeFlusher() {
      caches().flusher().wakeForAll();
    }

    @Override
    public int pageOut(Cpu cpu, PageBatch batch) {
      ScanControl scan = new ScanControl(cpu, Gfp.GFP_KERNEL, false, scope);
      scan.ignoreReferences = true;
      return shrink.shrink(batch, scan).reclaimed();
    }
  }

  private final class WholeNodes implements ReclaimScope {
    @Override
    public List<Lruvec> lruvecs(Node node) {
      return lruvecs.allOf(node);
    }

    @Override
    public MemoryGroup target() {
      return groups.root();
    }

    @Override
    public boolean isProactive() {
      return false;
    }

    @Override
    public boolean isGroup() {
      return false;
    }

    @Override
    public int swappiness() {
      return settings.swappiness();
    }
  }

  /**
   * Begins to keep lists of the pages of processes, of which there is none yet.
   *
   * @param slab what object caches do not need is given back
   * @param tasks the processes
   */
  public Reclaim(
      PhysicalMemory memory,
      PageAllocator allocator,
      Ram ram,
      UserPages pages,
      SlabAllocator slab,
      OomTasks tasks) {
    this.memory = memory;
    this.pages = pages;
    this.reap = slab::reap;
    NodeCounts counts = pages.counts();
    NodeBalance balance = new NodeBalance(memory);
    this.groups = new MemoryGroups(memory.map().endPfn(), memory.stalls().system());
    this.oom = new OomKiller(memory, slab, tasks, groups);
    this.lruvecs = new Lruvecs(memory, groups);
    this.swap =
        new Swap(memory, allocator, ram, pages.spaces().tableLayout(), counts, settings, groups);
    Workingset workingset = new Workingset(memory, lruvecs, counts, swap);
    this.batches = new LruBatches(memory, allocator, lruvecs, workingset, groups, new Background());
    this.shrinkers = new Shrinkers(memory);
    ReverseMap rmap = pages.reverseMap();
    this.shrink = new ShrinkPages(memory, allocator, rmap, swap, batches, groups, workingset);
    this.classic = new ClassicLru(memory, batches, shrink, rmap, swap);
    this.aged = new GenerationLru(memory, lruvecs, batches, shrink, swap, pages.youngEntries());
    LruPolicy either = new EitherLru(classic, aged);
    ShrinkNode shrinkNode = new ShrinkNode(balance, either, shrinkers, groups);
    this.tryToFree = new TryToFree(memory, shrinkNode, lruvecs);
    this.groupReclaim = new GroupReclaim(tryToFree, lruvecs, settings, batches, memory.stalls());
    this.delay = new GroupDelay(groups, groupReclaim, oom, () -> caches().clock());
    this.limits = new GroupLimits(groups, groupReclaim, delay, oom);
    makeKswapds(balance, shrinkNode);
    LruMovable movable =
        new LruMovable(memory, allocator, batches, lruvecs, pages.migration(), groups);
    this.compaction = new Compaction(memory, allocator, movable, this::isKswapdRunning);
    this.daemons =
        new DaemonSet(memory, kswapds, compaction, caches(), pages.huge().khugepaged(), slab::reap);
    this.swapOnOff = new SwapOnOff(swap, pages);
    wire();
  }

  private void makeKswapds(NodeBalance balance, ShrinkNode shrinkNode) {
    for (Node node : memory.nodes()) {
      kswapds.add(new Kswapd(memory, node, balance, shrinkNode, lruvecs.of(node), scope));
    }
  }

  /** The floors below learn whom they may ask. */
  private void wire() {
    shrinkers.add(new ShadowShrinker(pages.caches().shadowNodes()));
    swap.lru(batches);
    swap.io.disk(caches().disk());
    memory.stalls().groups(task -> groups.of(task).pressure());
    memory.lastReference(batches);
    groups.lists(lruvecs::listed);
    memory.kernelCharges(new GroupKernelCharges(groups, limits));
    pages.lru(batches);
    pages.swap(swap);
    pages.caches().swap(swap);
    pages.spaces().commitment().swap(swap.areas()::totalPages);
    memory.swapFigures(new ShownSwap(swap.areas(), kswapds));
    settings.swappiness(memory.spec().lru().swappiness());
    if (memory.spec().lru().policy() == LruSpec.Policy.MGLRU) {
      lruGen(LruGenState.CORE | LruGenState.WALKS);
    }
  }

  ClassicLru classic() {
    return classic;
  }

  GenerationLru aged() {
    return aged;
  }

  /** {@code /sys/kernel/mm/lru_gen/enabled}: 0, or {@link LruGenState#CORE} and what it can do. */
  public int lruGen() {
    return lruvecs.areGenerations() ? LruGenState.CORE | (aged.walks() ? LruGenState.WALKS : 0) : 0;
  }

  /** Changes from active and inactive lists to generations, or back. */
  public void lruGen(int state) {
    LruGenState.change(lruvecs, aged, state);
  }

  ReclaimScope scope() {
    return scope;
  }

  /** The settings under {@code /proc/sys/vm}. */
  public ReclaimSettings settings() {
    return settings;
  }

  /** Who is called when reclaim brings nothing. */
  public OomKiller oom() {
    return oom;
  }

  /** The groups of processes, and what counts for each. */
  public MemoryGroups groups() {
    return groups;
  }

  /** Holds groups to their limits. */
  GroupLimits limits() {
    return limits;
  }

  /** A group's {@code memory.max} was set: it is reached by reclaim, and at last by a death. */
  public void maxChanged(Cpu cpu, MemoryGroup group) {
    limits.lowered(cpu, group);
  }

  /** Its {@code memory.high} was set: it is reached as far as reclaim brings something. */
  public void highChanged(Cpu cpu, MemoryGroup group) {
    groupReclaim.downTo(cpu, group, group.high());
  }

  /**
   * Reclaims pages of a group: {@code memory.reclaim}.
   *
   * @param swappiness 0 to 200, or below 0 for the machine's
   * @return whether so many went
   */
  public boolean reclaim(Cpu cpu, MemoryGroup group, long pagesWanted, int swappiness) {
    return groupReclaim.proactive(cpu, group, pagesWanted, swappiness);
  }

  /**
   * Takes out a group without processes and groups below it; the machine rests.
   *
   * @throws IllegalArgumentException if there are groups below it; nothing has changed then
   */
  public void remove(MemoryGroup group) {
    MemoryGroup parent = groups.heir(group);
    batches.drainAll();
    swap.reparent(group, parent);
    lruvecs.reparent(group);
  }

  /** The pages in swap. */
  public Swap swap() {
    return swap;
  }

  /** Takes swap areas into use and out of it. */
  public SwapOnOff swapOnOff() {
    return swapOnOff;
  }

  /** Compaction: moves pages so that large blocks become free. */
  public Compaction compaction() {
    return compaction;
  }

  /** What works in the background. */
  public DaemonSet daemons() {
    return daemons;
  }

  /** The lists of each node. */
  public List<Lruvec> lruvecs() {
    return lruvecs.all();
  }

  /** The background reclaimers, by node. */
  public List<Kswapd> kswapds() {
    return List.copyOf(kswapds);
  }

  /** Puts pages that wait on their lists: {@code lru_add_drain_all}. */
  public void drainAll() {
    batches.drainAll();
  }

  /**
   * Gives up what can be had again: {@code drop_caches_sysctl_handler}.
   *
   * @param what 1: clean pages of files, 2: what shrinkers keep, 4: no word in the log
   * @return pages of files that went
   */
  public long dropCaches(Cpu cpu, int what) {
    long dropped = 0;
    if ((what & 1) != 0) {
      dropped = caches().drop(cpu);
      memory.events().count(cpu.id(), VmEvent.DROP_PAGECACHE, 1);
    }
    if ((what & 2) != 0) {
      reap.run();
      shrinkers.shrink(cpu, 0);
      memory.events().count(cpu.id(), VmEvent.DROP_SLAB, 1);
    }
    return dropped;
  }

  /** Registers somebody who gives up what can be made again. */
  public void add(Shrinker shrinker) {
    shrinkers.add(shrinker);
  }

  /** Pages of disks in memory: Buffers. */
  public long bufferPages() {
    return caches().devicePages();
  }

  /** What processes were promised. */
  public Commitment commitment() {
    return pages.spaces().commitment();
  }

  @Override
  public void wakeKswapd(Zone zone, int gfp, int order, int highestZone) {
    Kswapd kswapd = kswapds.get(zone.node().id());
    kswapd.wake(order, highestZone);
    if (kswapd.isAwake()) {
      daemons.woken();
    }
    if (!kswapd.isAwake() && (gfp & Gfp.DIRECT_RECLAIM) == 0) {
      // Pages there are enough, but no block, and this request will not make one.
      compaction.wake(zone.node(), order, highestZone);
    }
  }

  @Override
  public boolean isKswapdRunning(Node node) {
    return kswapds.get(node.id()).isAwake();
  }

  @Override
  public long reclaim(ReclaimRequest request) {
    Cpu cpu = request.cpu();
    if (cpu.isFreeingMemory()) {
      return 0;
    }
    daemons.whileWaiting(cpu);
    cpu.freeingMemory(true);
    try {
      long freed = tryToFree.forRequest(request, scope);
      swap.io.waitForWrites();
      if (freed == 0 && caches().flusher().isBusy()) {
        waitForWriteBack(cpu);
      }
      if (freed > 0) {
        request.zonelist().forEach(zone -> kswapds.get(zone.node().id()).progress());
      }
      return freed;
    } finally {
      cpu.freeingMemory(false);
    }
  }

  /**
   * Nothing can go before it is written: {@code reclaim_throttle} with VMSCAN_THROTTLE_WRITEBACK.
   */
  private void waitForWriteBack(Cpu cpu) {
    caches().flusher().runUntil(cpu, caches().clock().nanos() + WRITEBACK_NANOS);
  }

  private PageCaches caches() {
    return pages.caches();
  }

  @Override
  public Compacted compact(ReclaimRequest request, CompactPriority priority, int allocFlags) {
    return request.cpu().isFreeingMemory()
        ? Compacted.SKIPPED
        : compaction.compact(request, priority, allocFlags);
  }

  @Override
  public OomResult outOfMemory(ReclaimRequest request) {
    return request.cpu().isFreeingMemory() ? OomResult.NOTHING : oom.outOfMemory(request);
  }

  @Override
  public boolean isVictim(Cpu cpu) {
    return oom.isVictim(cpu);
  }

  @Override
  public long reclaimablePages(Zone zone) {
    long file = zone.stat(ZoneStat.NR_ZONE_INACTIVE_FILE) + zone.stat(ZoneStat.NR_ZONE_ACTIVE_FILE);
    long anon = zone.stat(ZoneStat.NR_ZONE_INACTIVE_ANON) + zone.stat(ZoneStat.NR_ZONE_ACTIVE_ANON);
    return swap.hasRoom() ? file + anon : file;
  }

  /** The machine goes: closes its swap files. */
  @Override
  public void close() {
    swapOnOff.closeAll();
    groups.close();
  }

  /** What is wrong with lists and swap; empty when all is sound. The machine rests. */
  public List<String> invariants() {
    List<String> findings =
        new ArrayList<>(ReclaimInvariants.check(memory, lruvecs, batches, swap, pages));
    findings.addAll(GroupInvariants.check(memory, groups, swap));
    return findings;
  }
}
