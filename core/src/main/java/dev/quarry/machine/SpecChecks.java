package dev.quarry.machine;

import java.util.List;

/**
 * What a machine must be like to be booted. Each refusal names both numbers, and the part of the
 * spec that is to blame, so that a reader can add the line.
 */
final class SpecChecks {
  static final int MOST_NODES = 64;
  private static final int MOST_CPUS = 8_192;
  private static final int LOCAL_DISTANCE = 10;
  private static final int LARGEST_MAX_ORDER = 20;

  /** Pageblocks cost heap, three bytes each; those of 2 MiB reach to 32 TiB. */
  private static final long MOST_PAGEBLOCKS = 1L << 24;

  private static final int MIN_PAGE_SHIFT = 12;
  private static final int MAX_PAGE_SHIFT = 16;
  private static final int MAX_SCALE_FACTOR = 3_000;
  private static final int MAX_BOOST_FACTOR = 1_000_000;
  private static final int MIN_HIGH_FRACTION = 8;
  private static final int MAX_HIGH_FRACTION = 1 << 20;

  private final MachineSpec spec;

  private SpecChecks(MachineSpec spec) {
    this.spec = spec;
  }

  /** A part of a spec that cannot be: which part, and why. */
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final String part;
    final int index;

    Refusal(String part, int index, String message) {
      super(message, null, false, false);
      this.part = part;
      this.index = index;
    }

    String text() {
      return String.valueOf(getMessage());
    }
  }

  /** Throws the first {@link Refusal}, if there is one. */
  static void check(MachineSpec spec) {
    SpecChecks checks = new SpecChecks(spec);
    checks.orders();
    checks.nodes();
    checks.cpus();
    checks.memory();
    checks.reserved();
    checks.zones();
    checks.pageblocks();
    checks.sysctls();
    checks.costs();
  }

  private static void refuse(boolean wrong, String part, int index, String message) {
    if (wrong) {
      throw new Refusal(part, index, message);
    }
  }

  private static String at(long address) {
    return "0x" + Long.toHexString(address);
  }

  private void orders() {
    int shift = spec.pageShift();
    refuse(
        shift < MIN_PAGE_SHIFT || shift > MAX_PAGE_SHIFT,
        "page_size",
        0,
        "page size " + Sizes.format(1L << shift) + " is not 4 KiB to 64 KiB");
    refuse(
        spec.maxOrder() < 0 || spec.maxOrder() > LARGEST_MAX_ORDER,
        "max_order",
        0,
        "largest order " + spec.maxOrder() + " is not 0 to " + LARGEST_MAX_ORDER);
    refuse(
        spec.pageblockOrder() < 0 || spec.pageblockOrder() > spec.maxOrder(),
        "pageblock_order",
        0,
        "pageblock order "
            + spec.pageblockOrder()
            + " is not 0 to the largest order, "
            + spec.maxOrder());
    refuse(
        !spec.release().isAtLeast(2, 6),
        "release",
        0,
        "release " + spec.release() + " is older than 2.6");
  }

  private void nodes() {
    int count = spec.nodes().size();
    refuse(count == 0 || count > MOST_NODES, "node", 0, count + " nodes are not 1 to 64");
    for (int i = 0; i < count; i++) {
      NodeSpec node = spec.nodes().get(i);
      refuse(node.id() != i, "node", i, "node " + node.id() + " stands where node " + i + " must");
      List<Integer> distances = node.distances();
      refuse(
          distances.size() != count,
          "node",
          i,
          "node "
              + i
              + " has "
              + distances.size()
              + " distances, the machine has "
              + count
              + " nodes");
      for (int to = 0; to < count; to++) {
        int distance = distances.get(to);
        boolean wrong = to == i ? distance != LOCAL_DISTANCE : distance <= LOCAL_DISTANCE;
        String rule = to == i ? "it must be 10" : "it must be above 10 and at most 255";
        refuse(
            wrong || distance > 255,
            "node",
            i,
            "distance " + distance + " from node " + i + " to node " + to + ": " + rule);
      }
    }
  }

  private void cpus() {
    int count = spec.cpuNodes().size();
    refuse(count == 0 || count > MOST_CPUS, "cpus", 0, count + " CPUs are not 1 to " + MOST_CPUS);
    for (int cpu = 0; cpu < count; cpu++) {
      int node = spec.cpuNodes().get(cpu);
      refuse(
          node < 0 || node >= spec.nodes().size(),
          "cpus",
          cpu,
          "CPU "
              + cpu
              + " is on node "
              + node
              + ", the machine has nodes 0 to "
              + (spec.nodes().size() - 1));
    }
  }

  private void memory() {
    refuse(spec.memory().isEmpty(), "memory", 0, "the machine has no memory");
    for (int i = 0; i < spec.memory().size(); i++) {
      MemoryRange range = spec.memory().get(i);
      range("memory", i, range.start(), range.end());
      refuse(
          range.node() < 0 || range.node() >= spec.nodes().size(),
          "memory",
          i,
          "memory on node "
              + range.node()
              + ", the machine has nodes 0 to "
              + (spec.nodes().size() - 1));
      inOrder(i);
    }
    inReach();
  }

  /** Memory is sorted, and no two ranges overlap. */
  private void inOrder(int i) {
    if (i == 0) {
      return;
    }
    MemoryRange range = spec.memory().get(i);
    MemoryRange before = spec.memory().get(i - 1);
    refuse(
        range.start() < before.end(),
        "memory",
        i,
        "memory "
            + at(range.start())
            + "-"
            + at(range.end())
            + " begins before the end of memory "
            + at(before.start())
            + "-"
            + at(before.end()));
  }

  /** Frame numbers are ints. */
  private void inReach() {
    long block = spec.pageSize() << spec.maxOrder();
    long most = ((long) Integer.MAX_VALUE << spec.pageShift()) / block * block;
    long end = spec.memory().getLast().end();
    refuse(
        end > most,
        "memory",
        spec.memory().size() - 1,
        "memory ends at "
            + at(end)
            + ", above "
            + at(most)
            + ", the last that frame numbers of 31 bits reach");
  }

  private void range(String part, int index, long start, long end) {
    refuse(
        start < 0 || start >= end,
        part,
        index,
        part + " begins at " + at(start) + " and ends at " + at(end));
    long page = spec.pageSize();
    refuse(
        start % page != 0 || end % page != 0,
        part,
        index,
        part
            + " "
            + at(start)
            + "-"
            + at(end)
            + " is not made of whole pages of "
            + page
            + " bytes");
  }

  private void reserved() {
    int around = 0; // memory, like the reserved ranges, is sorted
    for (int i = 0; i < spec.reserved().size(); i++) {
      ReservedRange range = spec.reserved().get(i);
      range("reserved", i, range.start(), range.end());
      int last = spec.memory().size() - 1;
      while (around < last && spec.memory().get(around).end() <= range.start()) {
        around++;
      }
      MemoryRange memory = spec.memory().get(around);
      refuse(
          range.start() < memory.start() || range.end() > memory.end(),
          "reserved",
          i,
          "reserved "
              + at(range.start())
              + "-"
              + at(range.end())
              + " is not inside one range of memory");
      if (i > 0) {
        ReservedRange before = spec.reserved().get(i - 1);
        refuse(
            range.start() < before.end(),
            "reserved",
            i,
            "reserved "
                + at(range.start())
                + " begins before the end of the one at "
                + at(before.start())
                + ", "
                + at(before.end()));
      }
    }
  }

  private void zones() {
    refuse(spec.zones().isEmpty(), "zone", 0, "the machine has no zones");
    long low = 0;
    ZoneType last = null;
    long blockBytes = spec.pageSize() << spec.pageblockOrder();
    for (int i = 0; i < spec.zones().size(); i++) {
      ZoneSpec zone = spec.zones().get(i);
      refuse(
          last != null && last.compareTo(zone.type()) >= 0,
          "zone",
          i,
          "zone "
              + zone.type().label()
              + " does not come before zone "
              + (last == null ? "" : last.label()));
      last = zone.type();
      if (!zone.isAddressed()) {
        continue;
      }
      ends(i, low, blockBytes);
      low = zone.below();
    }
    long end = spec.memory().getLast().end();
    refuse(
        end > low,
        "zone",
        spec.zones().size() - 1,
        "memory reaches to " + at(end) + ", the last zone to " + at(low));
  }

  /** A zone ends above the one before it, and where a pageblock does. */
  private void ends(int i, long low, long blockBytes) {
    ZoneSpec zone = spec.zones().get(i);
    String ends = "zone " + zone.type().label() + " ends at " + at(zone.below());
    refuse(
        zone.below() <= low,
        "zone",
        i,
        ends + ", not above the zone before it, which ends at " + at(low));
    refuse(
        zone.below() != ZoneSpec.NO_LIMIT && zone.below() % blockBytes != 0,
        "zone",
        i,
        ends + ", not at a multiple of the pageblock's " + Sizes.format(blockBytes));
  }

  /** A pageblock belongs to one zone, so two nodes must not meet inside one. */
  private void pageblocks() {
    long blockBytes = spec.pageSize() << spec.pageblockOrder();
    long blocks = spec.memory().getLast().end() / blockBytes;
    refuse(
        blocks > MOST_PAGEBLOCKS,
        "pageblock_order",
        0,
        "pageblock order "
            + spec.pageblockOrder()
            + " makes "
            + blocks
            + " pageblocks up to the end of memory, above "
            + MOST_PAGEBLOCKS);
    for (int i = 1; i < spec.memory().size(); i++) {
      MemoryRange before = spec.memory().get(i - 1);
      MemoryRange range = spec.memory().get(i);
      boolean sameBlock = (before.end() - 1) / blockBytes == range.start() / blockBytes;
      refuse(
          before.node() != range.node() && sameBlock,
          "memory",
          i,
          "node "
              + range.node()
              + "'s memory begins at "
              + at(range.start())
              + " inside the pageblock in which node "
              + before.node()
              + "'s ends at "
              + at(before.end()));
    }
  }

  private void sysctls() {
    Sysctls sysctls = spec.sysctls();
    long ram = spec.memory().stream().mapToLong(range -> range.end() - range.start()).sum();
    long minFree = sysctls.minFreeKbytes().orElse(0);
    refuse(
        minFree < 0 || minFree > ram >> 10,
        "min_free_kbytes",
        0,
        "min_free_kbytes " + minFree + " is not 0 to the " + (ram >> 10) + " KiB of memory");
    refuse(
        spec.movableCore() < 0 || spec.movableCore() > ram,
        "movablecore",
        0,
        "movablecore " + spec.movableCore() + " is not 0 to the " + ram + " bytes of memory");
    bounds("watermark_scale_factor", sysctls.watermarkScaleFactor(), 1, MAX_SCALE_FACTOR);
    bounds("watermark_boost_factor", sysctls.watermarkBoostFactor(), 0, MAX_BOOST_FACTOR);
    bounds(
        "percpu_pagelist_high_fraction",
        sysctls.percpuPagelistHighFraction(),
        0,
        MAX_HIGH_FRACTION);
    int fraction = sysctls.percpuPagelistHighFraction();
    refuse(
        fraction > 0 && fraction < MIN_HIGH_FRACTION,
        "percpu_pagelist_high_fraction",
        0,
        "percpu_pagelist_high_fraction " + fraction + " is not 0 or at least " + MIN_HIGH_FRACTION);
    bounds("percpu_max_order", sysctls.percpuMaxOrder(), 0, Math.max(3, spec.maxOrder()));
    sysctls
        .lowmemReserveRatio()
        .forEach((type, ratio) -> bounds("lowmem_reserve_ratio", ratio, 0, Integer.MAX_VALUE));
  }

  private void costs() {
    List<Integer> prices = spec.costs().prices();
    for (int i = 0; i < prices.size(); i++) {
      bounds("cost", CostModel.NAMES.get(i), prices.get(i), 0, CostModel.MOST_NS);
    }
  }

  private static void bounds(String name, int value, int least, int most) {
    bounds(name, name, value, least, most);
  }

  private static void bounds(String part, String name, int value, int least, int most) {
    refuse(
        value < least || value > most,
        part,
        0,
        name + " " + value + " is not " + least + " to " + most);
  }
}
