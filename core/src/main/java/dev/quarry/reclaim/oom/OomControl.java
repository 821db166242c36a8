package dev.quarry.reclaim.oom;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Node;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.ReclaimRequest;
import dev.quarry.physical.Zone;
import dev.quarry.reclaim.group.MemoryGroup;
import org.jspecify.annotations.Nullable;

/**
 * One shortage of memory: {@code struct oom_control} (include/linux/oom.h, 6.18), with what {@code
 * constrained_alloc} finds out about it.
 *
 * @param cpu on which the request was made
 * @param gfp what the request allows
 * @param order log2 of the pages that it needs together
 * @param highestZone index of the highest zone that may serve it
 * @param nodeMask nodes that may serve it; {@link ReclaimRequest#ALL_NODES}: all
 * @param constraint why it got nothing
 * @param group that is at its limit, or null
 * @param totalPages that there are for it, in memory and swap
 */
record OomControl(
    Cpu cpu,
    int gfp,
    int order,
    int highestZone,
    long nodeMask,
    OomConstraint constraint,
    @Nullable MemoryGroup group,
    long totalPages) {

  /** Of a group at its limit: {@code mem_cgroup_get_max}. */
  static OomControl of(PhysicalMemory memory, Cpu cpu, MemoryGroup group) {
    return new OomControl(
        cpu,
        Gfp.GFP_KERNEL_ACCOUNT,
        0,
        memory.nodes().getFirst().zones().size() - 1,
        ReclaimRequest.ALL_NODES,
        OomConstraint.MEMCG,
        group,
        Math.max(1, group.max() + memory.swapFigures().totalPages()));
  }

  /** Of a request to the page allocator. */
  static OomControl of(PhysicalMemory memory, ReclaimRequest request) {
    boolean policy = isBound(memory, request);
    long pages = memory.swapFigures().totalPages();
    for (Zone zone : memory.zones()) {
      boolean asked = policy && (request.nodeMask() >>> zone.node().id() & 1) != 0;
      pages += asked ? zone.present() : policy ? 0 : zone.managed();
    }
    return new OomControl(
        request.cpu(),
        request.gfp(),
        request.order(),
        request.highestZone(),
        policy ? request.nodeMask() : ReclaimRequest.ALL_NODES,
        policy ? OomConstraint.MEMORY_POLICY : OomConstraint.NONE,
        null,
        pages);
  }

  /** Whether nodes that have memory may not serve the request. */
  private static boolean isBound(PhysicalMemory memory, ReclaimRequest request) {
    if ((request.gfp() & Gfp.THISNODE) != 0) {
      return false;
    }
    for (Node node : memory.nodes()) {
      if (node.hasMemory() && (request.nodeMask() >>> node.id() & 1) == 0) {
        return true;
      }
    }
    return false;
  }
}
