package dev.quarry.machine;

import java.util.List;

/**
 * Everything that is decided about a machine before it boots. Immutable; {@link #checked} says
 * whether such a machine can be, and booting asks it.
 *
 * @param name what messages call it
 * @param release the kernel whose rules the allocator follows
 * @param pageShift log2 of the page size in bytes, 12 for 4 KiB
 * @param maxOrder the largest order of the buddy system; Linux's default of 10 gives 11 orders
 * @param pageblockOrder order of a pageblock, at most {@code maxOrder}
 * @param contents whether frames have bytes behind them; false: descriptors only
 * @param nodes by node id, without gaps
 * @param memory RAM, sorted by start, disjoint
 * @param reserved sorted by start, disjoint, each inside one range of RAM
 * @param zones the zone types that the kernel was built with, in ascending {@link ZoneType} order
 * @param movableCore bytes of RAM that go to ZONE_MOVABLE, spread over the nodes; 0: none
 * @param cpuNodes the node of each CPU, by CPU number
 * @param sysctls settings
 * @param costs what things cost in virtual time
 * @param slab the object caches
 * @param hugePages huge pages of processes
 * @param lru how pages that go are chosen
 */
public record MachineSpec(
    String name,
    KernelRelease release,
    int pageShift,
    int maxOrder,
    int pageblockOrder,
    boolean contents,
    List<NodeSpec> nodes,
    List<MemoryRange> memory,
    List<ReservedRange> reserved,
    List<ZoneSpec> zones,
    long movableCore,
    List<Integer> cpuNodes,
    Sysctls sysctls,
    CostModel costs,
    SlabSpec slab,
    HugePageSpec hugePages,
    LruSpec lru) {
  public MachineSpec {
    nodes = List.copyOf(nodes);
    memory = List.copyOf(memory);
    reserved = List.copyOf(reserved);
    zones = List.copyOf(zones);
    cpuNodes = List.copyOf(cpuNodes);
  }

  /** A machine with the usual costs, caches and huge pages. */
  public MachineSpec(
      String name,
      KernelRelease release,
      int pageShift,
      int maxOrder,
      int pageblockOrder,
      boolean contents,
      List<NodeSpec> nodes,
      List<MemoryRange> memory,
      List<ReservedRange> reserved,
      List<ZoneSpec> zones,
      long movableCore,
      List<Integer> cpuNodes,
      Sysctls sysctls) {
    this(
        name,
        release,
        pageShift,
        maxOrder,
        pageblockOrder,
        contents,
        nodes,
        memory,
        reserved,
        zones,
        movableCore,
        cpuNodes,
        sysctls,
        CostModel.DEFAULT,
        SlabSpec.DEFAULTS,
        HugePageSpec.DEFAULTS,
        LruSpec.DEFAULTS);
  }

  /**
   * Says whether such a machine can be booted.
   *
   * @throws SpecException if not: why, with both numbers
   */
  public MachineSpec checked() {
    try {
      SpecChecks.check(this);
      return this;
    } catch (SpecChecks.Refusal e) {
      throw new SpecException(name + ": " + e.text());
    }
  }

  /** Bytes in a page. */
  public long pageSize() {
    return 1L << pageShift;
  }

  /** One past the highest frame number. */
  public int endPfn() {
    return (int) (memory.getLast().end() >>> pageShift);
  }
}
