package dev.quarry.physical;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.FaultInjection;
import dev.quarry.machine.KernelLog;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.Ram;
import dev.quarry.machine.VirtualClock;
import dev.quarry.machine.ZoneType;
import dev.quarry.machine.stall.Stalls;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A machine's physical memory: its nodes and zones, the descriptors of its frames, its pageblocks.
 * What {@code free_area_init} and {@code mm_core_init} build (mm/mm_init.c, 6.18).
 *
 * <pre>
 *   PhysicalMemory ─┬─ MemMap        one descriptor for each frame
 *                   ├─ Pageblocks    mobility and zone of each pageblock
 *                   ├─ Node ── Zone ─┬─ FreeArea[order] ── FreeList[type]
 *                   │                └─ PerCpuPages[cpu]
 *                   └─ PageAllocator the requests
 * </pre>
 */
public final class PhysicalMemory implements AutoCloseable {
  /** {@link #pcpHugeOrder} of a machine without per-CPU lists of huge pages. */
  static final int NO_HUGE_LIST = -1;

  private final MachineSpec spec;
  private final AllocRules rules;
  private final MemMap map;
  private final LargeFolios largeFolios;
  private final Pageblocks pageblocks;
  private final Watermark watermark;
  private final @Nullable Ram ram;
  private final List<Cpu> cpus;
  private final KernelLog log;
  private final FrameRanges reserved;
  private final Node[] nodes;
  private final List<Node> nodeList;
  private final Zone[] zones;
  private final boolean groupsByMobility;
  private final AtomicLongArray allocStalls;
  private final VmEvents events;
  private final VirtualClock clock = new VirtualClock();
  private final Stalls stalls;
  private final FaultInjection faults = new FaultInjection();
  private final DirtySettings dirtySettings = new DirtySettings();
  private final FragmentationSettings fragmentation;
  private boolean heldSinceBoot;
  private long minFreeKbytes;
  private int scaleFactor;
  private LastReference lastReference = LastReference.NONE;
  private KernelCharges kernelCharges = KernelCharges.NONE;
  private SwapFigures swapFigures = SwapFigures.NONE;

  /**
   * Lays out memory and frees to the allocator all that is RAM and not reserved.
   *
   * @param ram the bytes behind the frames, or null for a machine without contents
   */
  public PhysicalMemory(MachineSpec spec, List<Cpu> cpus, @Nullable Ram ram, KernelLog log) {
    this.spec = spec;
    this.rules = AllocRules.of(spec.release());
    this.cpus = List.copyOf(cpus);
    this.events = new VmEvents(cpus.size());
    this.stalls = new Stalls(cpus, clock);
    this.fragmentation =
        new FragmentationSettings(spec.release(), spec.sysctls().watermarkBoostFactor());
    this.scaleFactor = spec.sysctls().watermarkScaleFactor();
    this.ram = ram;
    this.log = log;
    int blockPages = 1 << spec.maxOrder();
    int endPfn = (spec.endPfn() + blockPages - 1) & -blockPages;
    this.map = new MemMap(endPfn);
    this.largeFolios = new LargeFolios(map, spec.maxOrder());
    try {
      this.pageblocks = new Pageblocks(endPfn, spec.pageblockOrder());
      this.watermark = new Watermark(rules, spec.maxOrder());
      this.reserved = MemoryInit.reservedFrames(spec);
      this.nodes = MemoryInit.buildNodes(this);
      this.nodeList = List.of(nodes);
      this.zones = allZones();
      this.allocStalls = new AtomicLongArray(spec.zones().size());
      Zonelists.build(nodes, spec, rules);
      MemoryInit.freeAll(this);
      WatermarkSetup.init(this);
      this.groupsByMobility = rules.migrateTypes() && MemoryInit.enoughForMobility(this);
    } catch (Throwable t) {
      map.close();
      throw t;
    }
  }

  private Zone[] allZones() {
    List<Zone> all = new ArrayList<>();
    for (Node node : nodes) {
      all.addAll(node.zones());
    }
    return all.toArray(Zone[]::new);
  }

  /** What the machine was booted from. */
  public MachineSpec spec() {
    return spec;
  }

  /** The rules of the machine's kernel release. */
  public AllocRules rules() {
    return rules;
  }

  /** The descriptors. */
  public MemMap map() {
    return map;
  }

  /** What descriptors say of large blocks that processes map. */
  public LargeFolios largeFolios() {
    return largeFolios;
  }

  /** The pageblocks. */
  public Pageblocks pageblocks() {
    return pageblocks;
  }

  Watermark watermark() {
    return watermark;
  }

  /** The bytes behind the frames, or null. */
  @Nullable Ram ram() {
    return ram;
  }

  /** The machine's CPUs by number. */
  public List<Cpu> cpus() {
    return cpus;
  }

  /** Where reports go. */
  public KernelLog log() {
    return log;
  }

  /** The machine's time. */
  public VirtualClock clock() {
    return clock;
  }

  /** Who is stalled for want of memory. */
  public Stalls stalls() {
    return stalls;
  }

  /** What is made to fail. */
  public FaultInjection faults() {
    return faults;
  }

  /** The settings {@code vm.dirty_*}. */
  public DirtySettings dirtySettings() {
    return dirtySettings;
  }

  /** The settings against fragmentation. */
  public FragmentationSettings fragmentation() {
    return fragmentation;
  }

  /** Frames that the allocator never got. */
  public FrameRanges reserved() {
    return reserved;
  }

  /** The nodes by number. */
  public List<Node> nodes() {
    return nodeList;
  }

  Node node(int id) {
    if (id < 0 || id >= nodes.length) {
      throw new IllegalArgumentException(
          "node "
              + id
              + " is not one of the machine's "
              + nodes.length
              + ", 0 to "
              + (nodes.length - 1));
    }
    return nodes[id];
  }

  /** All zones, nodes first, populated or not; {@link Zone#number} is the place in it. */
  public List<Zone> zones() {
    return List.of(zones);
  }

  /** The zone that a frame lies in, or null in a hole. */
  public @Nullable Zone zoneOf(int pfn) {
    if (Integer.compareUnsigned(pfn, map.endPfn()) >= 0) {
      return null;
    }
    int number = pageblocks.zone(pfn);
    return number == Pageblocks.NO_ZONE ? null : zones[number];
  }

  Zone zone(int number) {
    return zones[number];
  }

  /** Whether there is enough memory for pageblocks of several types. */
  public boolean groupsByMobility() {
    return groupsByMobility;
  }

  /** The largest order on the ordinary per-CPU lists. */
  int pcpMaxOrder() {
    return rules.pcpHighOrders() ? spec.sysctls().percpuMaxOrder() : 0;
  }

  /** The order of huge pages, where they have lists of their own, or {@link #NO_HUGE_LIST}. */
  int pcpHugeOrder() {
    boolean own = rules.pcpHighOrders() && pcpMaxOrder() < spec.pageblockOrder();
    return own ? spec.pageblockOrder() : NO_HUGE_LIST;
  }

  /** Empties the lists of a CPU that the calling thread may use: {@code drain_pages}. */
  void drainPages(Cpu cpu) {
    for (Zone zone : zones) {
      if (zone.isPopulated()) {
        zone.pcp(cpu.id()).drainAll();
      }
    }
  }

  /**
   * Empties the lists of all CPUs: {@code drain_all_pages}. Who holds a CPU has to empty its lists
   * itself, and is asked to.
   */
  void drainAllPages() {
    for (Cpu cpu : cpus) {
      if (!cpu.whileHeld(() -> drainPages(cpu))) {
        cpu.requestDrain();
      }
    }
  }

  /**
   * Does a piece of work on the first CPU that no other thread holds.
   *
   * @return false if others hold all of them; nothing was done
   */
  public boolean onFreeCpu(Consumer<Cpu> work) {
    return cpus.stream().anyMatch(cpu -> cpu.whileHeld(() -> work.accept(cpu)));
  }

  /** A statistic of all nodes: {@code global_node_page_state}. */
  public long stat(NodeStat stat) {
    long sum = 0;
    for (Node node : nodes) {
      sum += node.stat(stat);
    }
    return sum;
  }

  /** What reports print of swap. */
  public SwapFigures swapFigures() {
    return swapFigures;
  }

  /** Says who knows about swap. */
  public void swapFigures(SwapFigures figures) {
    swapFigures = figures;
  }

  /** The zone types that were built. */
  List<ZoneType> zoneTypes() {
    return spec.zones().stream().map(zone -> zone.type()).toList();
  }

  /**
   * Says that frames which are neither free nor known as allocated are held by somebody since
   * before the machine booted, as on a machine that continues a recording: they may be freed.
   */
  void heldSinceBoot(boolean held) {
    heldSinceBoot = held;
  }

  boolean heldSinceBoot() {
    return heldSinceBoot;
  }

  /**
   * Refuses an order that the machine does not have.
   *
   * @throws IllegalArgumentException with both numbers
   */
  void checkOrder(int order) {
    if (order < 0) {
      throw new IllegalArgumentException(
          "order " + order + " is below 0, the machine's orders are 0 to " + spec.maxOrder());
    }
    if (order > spec.maxOrder()) {
      throw new IllegalArgumentException(
          "order " + order + " is above the machine's largest order " + spec.maxOrder());
    }
  }

  /** {@code vm.min_free_kbytes} as it is in force. */
  public long minFreeKbytes() {
    return minFreeKbytes;
  }

  /** {@code vm.watermark_scale_factor} as it is in force. */
  public int scaleFactor() {
    return scaleFactor;
  }

  void scaleFactor(int scale) {
    scaleFactor = scale;
  }

  void minFreeKbytes(long kbytes) {
    minFreeKbytes = kbytes;
  }

  /**
   * How often requests that may use zones up to an index had to reclaim by themselves: the event
   * ALLOCSTALL.
   */
  public long allocStalls(int highestZoneIndex) {
    return allocStalls.get(highestZoneIndex);
  }

  /** What of the kernel's memory counts for groups of processes. */
  public KernelCharges kernelCharges() {
    return kernelCharges;
  }

  /** Says who counts that. */
  public void kernelCharges(KernelCharges keeper) {
    kernelCharges = keeper;
  }

  /** Who keeps LRU lists. */
  LastReference lastReference() {
    return lastReference;
  }

  /** Says who keeps LRU lists, before a page is on one. */
  public void lastReference(LastReference keeper) {
    lastReference = keeper;
  }

  /** Events of floors above. */
  public VmEvents events() {
    return events;
  }

  void countAllocStall(int highestZoneIndex) {
    allocStalls.incrementAndGet(highestZoneIndex);
  }

  /** What a frame is; {@code O(maxOrder)}. */
  public FrameKind kindOf(int pfn) {
    Zone zone = zoneOf(pfn);
    if (zone == null || !zone.presentRanges().contains(pfn)) {
      return FrameKind.HOLE;
    }
    if (reserved.contains(pfn)) {
      return FrameKind.RESERVED;
    }
    int head = map.headOf(pfn, spec.maxOrder());
    if (head != Pfn.NONE) {
      return FrameKind.ofHead(map.state(head));
    }
    if (zone.untouched.contains(pfn)) {
      return FrameKind.FREE;
    }
    return heldSinceBoot ? FrameKind.HELD_SINCE_BOOT : FrameKind.LOST;
  }

  @Override
  public void close() {
    map.close();
  }
}
