package dev.quarry.physical;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.ZoneType;
import dev.quarry.physical.MemPolicy.Bind;
import dev.quarry.physical.MemPolicy.Interleave;
import dev.quarry.physical.MemPolicy.Preferred;
import dev.quarry.physical.MemPolicy.PreferredMany;
import dev.quarry.physical.MemPolicy.WeightedInterleave;
import org.jspecify.annotations.Nullable;

/**
 * Allocates pages by memory policies: {@code alloc_pages()} of a task, {@code folio_alloc_mpol()}
 * of an area, {@code alloc_pages_bulk_mempolicy()}. Follows mm/mempolicy.c (6.18), without cpusets,
 * home nodes and NUMA balancing.
 *
 * <pre>
 *   task or area ─► policy ─┬─► node to begin at ──┐
 *                           └─► nodes allowed ─────┴─► PageAllocator: that node's zonelist
 * </pre>
 *
 * <p>Equation, for each node: {@code interleave_hit <= numa_hit}; it counts requests of
 * interleaving policies that were served by the node whose turn it was.
 */
public final class PolicyAllocator {
  private static final MemPolicy LOCAL = new MemPolicy.Local();

  private final PhysicalMemory memory;
  private final PageAllocator allocator;
  private final Interleaving interleaving;
  private final PolicyBulk bulk;
  private final byte[] zoneIndexes;
  private final NodeSet withMemory;

  /** Nodes with more than movable memory: N_HIGH_MEMORY. */
  private final NodeSet withKernelMemory;

  /** {@code policy_zone}: requests for lower zones are not bound. */
  private final int policyZone;

  private final int movableZone;
  private final int hugeOrder;

  /** The policies of a machine. */
  public PolicyAllocator(PhysicalMemory memory, PageAllocator allocator) {
    this.memory = memory;
    this.allocator = allocator;
    this.interleaving = new Interleaving(memory.nodes().size());
    this.bulk = new PolicyBulk(this, allocator.bulk(), interleaving);
    this.zoneIndexes = Gfp.zoneIndexTable(memory.zoneTypes());
    this.hugeOrder = memory.spec().pageblockOrder();
    long any = 0;
    long kernel = 0;
    int highest = 0;
    for (Zone zone : memory.zones()) {
      if (zone.isPopulated()) {
        any |= 1L << zone.node().id();
        if (zone.type() != ZoneType.MOVABLE) {
          kernel |= 1L << zone.node().id();
          highest = Math.max(highest, zone.index());
        }
      }
    }
    this.withMemory = new NodeSet(any);
    this.withKernelMemory = new NodeSet(kernel);
    this.policyZone = highest;
    this.movableZone = memory.zoneTypes().indexOf(ZoneType.MOVABLE);
  }

  /** The nodes that have memory: N_MEMORY. */
  public NodeSet nodesWithMemory() {
    return withMemory;
  }

  /**
   * Reads a policy such as {@code bind:0,2-3}, {@code preferred:1} or {@code weighted:0=3,1=1}; see
   * {@link MemPolicy}.
   *
   * @throws PolicyException if it is unclear or names a node that the machine does not have
   */
  public MemPolicy parse(String text) {
    return MemPolicyText.parse(text, memory.nodes().size(), withMemory);
  }

  /**
   * The policy as it can be in force here: nodes without memory are left out.
   *
   * @throws PolicyException if it names a node that the machine does not have, or no memory is left
   */
  public MemPolicy usable(MemPolicy policy) {
    int nrNodes = memory.nodes().size();
    for (int node : policy.nodes().toList()) {
      if (node >= nrNodes) {
        throw new PolicyException(policy.toString(), MemPolicyText.unknownNode(node, nrNodes));
      }
    }
    return policy.restrictedTo(withMemory);
  }

  /**
   * Gives a task a policy: {@code set_mempolicy(2)}. Interleaving begins anew.
   *
   * @throws PolicyException as {@link #usable} does; the task keeps its policy
   */
  public void setMempolicy(PolicyState task, MemPolicy policy) {
    task.set(usable(policy));
  }

  /**
   * The machine's weight of a node for weighted interleaving, 1 at boot: {@code
   * /sys/kernel/mm/mempolicy/weighted_interleave/nodeN}.
   */
  public int weight(int node) {
    return interleaving.weight(checkedNode(node));
  }

  /**
   * Sets the machine's weight of a node, for all policies that give it none of their own.
   *
   * @throws PolicyException if it is not 1 to 255, or the node is not there
   */
  public void weight(int node, int weight) {
    checkedNode(node);
    WeightedInterleave.checkWeight(node, weight);
    interleaving.weight(node, weight);
  }

  private int checkedNode(int node) {
    int nrNodes = memory.nodes().size();
    if (node < 0 || node >= nrNodes) {
      throw new PolicyException(MemPolicyText.unknownNode(node, nrNodes));
    }
    return node;
  }

  /**
   * Allocates a block as the task's policy says: {@code alloc_pages()}. Requests with
   * __GFP_THISNODE are for the CPU's node whatever the policy.
   *
   * @param trail records the decisions, or null
   * @return its first frame, or {@link Pfn#NONE}
   */
  public int allocPages(Cpu cpu, PolicyState task, int gfp, int order, @Nullable Trail trail) {
    MemPolicy policy = (gfp & Gfp.THISNODE) != 0 ? LOCAL : task.policy;
    int node =
        switch (policy) {
          case Interleave turns -> interleaving.next(task, turns);
          case WeightedInterleave turns -> interleaving.next(task, turns);
          case Preferred preferred -> preferred.node();
          default -> cpu.node();
        };
    return allocate(cpu, policy, node, gfp, order, trail);
  }

  /**
   * Allocates a folio of an area or a file: {@code folio_alloc_mpol()}. Interleaving follows the
   * index, so that a page is always of the same node. A huge page is looked for on the node where
   * the policy begins, without much effort, before any other node is asked.
   *
   * @param policy one that {@link #usable} returned
   * @param index as {@link #interleaveIndex} makes it, unsigned
   * @param trail records the decisions, or null
   * @return its first frame, or {@link Pfn#NONE}
   */
  public int folioAllocMpol(
      Cpu cpu, MemPolicy policy, long index, int gfp, int order, @Nullable Trail trail) {
    int node =
        switch (policy) {
          case Interleave turns -> interleaving.at(turns, index);
          case WeightedInterleave turns -> interleaving.at(turns, index);
          case Preferred preferred -> preferred.node();
          default -> cpu.node();
        };
    int folio = gfp | Gfp.COMP;
    if (order == hugeOrder && keepsHugePagesNear(policy, gfp, node)) {
      note(trail, policy, "the huge page is looked for", node);
      int local = folio | Gfp.THISNODE | Gfp.NORETRY;
      int pfn = allocator.allocPagesNode(cpu, node, Request.ALL_NODES, local, order, trail);
      if (pfn != Pfn.NONE || !Gfp.mayBlock(gfp)) {
        return pfn;
      }
    }
    return allocate(cpu, policy, node, folio, order, trail);
  }

  private boolean keepsHugePagesNear(MemPolicy policy, int gfp, int node) {
    boolean goesFar = policy.isInterleaving() || policy instanceof PreferredMany;
    return !goesFar && (nodeMask(policy, gfp) >>> node & 1) != 0;
  }

  /**
   * The index of a page for interleaving: {@code get_vma_policy()}.
   *
   * @param vmPgoff {@code vm_pgoff}: where the area begins in its file, in pages; for private
   *     memory without a file its first address in pages
   * @param bytes from the start of the area
   */
  public long interleaveIndex(long vmPgoff, long bytes, int order) {
    return (vmPgoff >>> order) + (bytes >>> (memory.spec().pageShift() + order));
  }

  /**
   * Allocates many single frames as the task's policy says: {@code alloc_pages_bulk_mempolicy()}.
   * Interleaving gives each node its share at once.
   *
   * @param pfns receives the frames
   * @return how many there are; fewer where a node is full, and the caller asks again
   */
  public int allocPagesBulk(Cpu cpu, PolicyState task, int gfp, int[] pfns) {
    MemPolicy policy = (gfp & Gfp.THISNODE) != 0 ? LOCAL : task.policy;
    return bulk.allocate(cpu, task, policy, gfp, pfns);
  }

  private int allocate(
      Cpu cpu, MemPolicy policy, int node, int gfp, int order, @Nullable Trail trail) {
    note(trail, policy, "begins", node);
    if (policy instanceof PreferredMany many) {
      return preferredMany(cpu, many, node, gfp, order, trail);
    }
    int pfn = allocator.allocPagesNode(cpu, node, nodeMask(policy, gfp), gfp, order, trail);
    if (pfn != Pfn.NONE && policy.isInterleaving()) {
      countInterleaveHit(cpu, pfn, node);
    }
    return pfn;
  }

  /**
   * Two tries: on its nodes without much effort, then anywhere: {@code alloc_pages_preferred_many}.
   */
  private int preferredMany(
      Cpu cpu, PreferredMany policy, int node, int gfp, int order, @Nullable Trail trail) {
    int pfn =
        allocator.allocPagesNode(cpu, node, policy.nodes().bits(), effortless(gfp), order, trail);
    if (pfn == Pfn.NONE) {
      note(trail, policy, "its nodes had nothing; begins again, with all nodes,", node);
      pfn = allocator.allocPagesNode(cpu, node, Request.ALL_NODES, gfp, order, trail);
    }
    return pfn;
  }

  /** The request as it is made of preferred nodes: it may fail, soon and quietly. */
  static int effortless(int gfp) {
    return (gfp | Gfp.NOWARN) & ~(Gfp.DIRECT_RECLAIM | Gfp.NOFAIL);
  }

  /** The nodes that may serve a request: {@code policy_nodemask}. */
  long nodeMask(MemPolicy policy, int gfp) {
    return switch (policy) {
      case Bind bind when isBound(bind, gfp) -> bind.nodes().bits();
      case PreferredMany many -> many.nodes().bits();
      default -> Request.ALL_NODES;
    };
  }

  /**
   * Whether a request is for zones that policies govern: {@code apply_policy_zone}. Those for lower
   * ones, such as DMA, go where these zones are.
   */
  private boolean isBound(Bind policy, int gfp) {
    boolean onlyMovable = policy.nodes().and(withKernelMemory).isEmpty();
    return zoneIndexes[gfp & Gfp.ZONE_MASK] >= (onlyMovable ? movableZone : policyZone);
  }

  private void countInterleaveHit(Cpu cpu, int pfn, int node) {
    Zone zone = memory.zoneOf(pfn);
    if (zone != null && zone.node().id() == node) {
      zone.pcp(cpu.id()).numaInterleave++;
    }
  }

  /** Policies without nodes, default and local, are not worth a word. */
  private static void note(@Nullable Trail trail, MemPolicy policy, String what, int node) {
    if (trail != null && !policy.nodes().isEmpty()) {
      trail.add(new TrailStep.Note("policy " + policy + ": " + what + " at node " + node));
    }
  }
}
