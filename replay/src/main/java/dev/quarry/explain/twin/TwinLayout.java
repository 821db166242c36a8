package dev.quarry.explain.twin;

import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MemoryRange;
import dev.quarry.machine.NodeSpec;
import dev.quarry.machine.ReservedRange;
import dev.quarry.machine.Sysctls;
import dev.quarry.machine.ZoneSpec;
import dev.quarry.machine.ZoneType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * The address space of a twin. The log does not say where its zones lie, only in which order:
 *
 * <pre>
 *   0        DMA        │        DMA32       │           Normal            │ Movable
 *   │ node 0            │ node 0 │ node 1    │ node 0 │ node 1 │ node 2    │ ...
 * </pre>
 *
 * <p>A zone has as many frames as the log says, up to a bound beyond which more frames would only
 * be more of the same: all that is counted is counted as in the log.
 */
final class TwinLayout {
  /** A gibibyte of 4 KiB pages: room for all lists, and for pageblocks of each type. */
  static final int MOST_FRAMES = 1 << 18;

  private static final int LOCAL = 10;
  private static final int REMOTE = 20;
  private static final int USUAL_PAGE_SHIFT = 12;
  private static final int X86_PAGEBLOCK_ORDER = 9;

  /** A zone with its frames. */
  record Placed(ZonePlan plan, Placement placement) {}

  private final TwinPlan plan;
  private final Function<ZonePlan, Placement> placing;
  private final List<Placed> placed = new ArrayList<>();
  private final List<MemoryRange> memory = new ArrayList<>();
  private final List<ReservedRange> reserved = new ArrayList<>();
  private final List<ZoneSpec> zones = new ArrayList<>();
  private long end;

  /** Each zone with one block of each list: enough for any request. */
  TwinLayout(TwinPlan plan) {
    this(plan, zone -> BlockPlacement.of(zone, plan.maxOrder()));
  }

  TwinLayout(TwinPlan plan, Function<ZonePlan, Placement> placing) {
    this.plan = plan;
    this.placing = placing;
    for (ZoneType type : plan.types()) {
      place(type);
    }
  }

  private void place(ZoneType type) {
    plan.zones().stream()
        .filter(zone -> zone.type() == type && zone.isPopulated())
        .sorted(Comparator.comparingInt(ZonePlan::node))
        .forEach(this::place);
    if (type == ZoneType.DEVICE) {
      zones.add(new ZoneSpec(type, ZoneSpec.NO_LIMIT));
      return;
    }
    // An empty zone takes a chunk of addresses, too: each zone must end above the one before it.
    boolean empty = zones.isEmpty() ? end == 0 : end == zones.getLast().below();
    end += empty ? chunkBytes() : 0;
    zones.add(new ZoneSpec(type, end));
  }

  private void place(ZonePlan zone) {
    if (zone.type() == ZoneType.DEVICE) {
      return;
    }
    Placement placement = placing.apply(zone);
    boolean whole = !placement.chunkTypes().isEmpty();
    long more = whole ? 0 : Math.min(zone.present(), MOST_FRAMES);
    long frames = Math.max(placement.frames(), more);
    // Whole chunks, which stay untouched at boot.
    long bytes = ((frames << plan.pageShift()) + chunkBytes() - 1) & -chunkBytes();
    memory.add(new MemoryRange(end, end + bytes, zone.node()));
    if (zone.managed() == 0) {
      reserved.add(new ReservedRange(end, end + bytes, "kept"));
    }
    end += bytes;
    placed.add(new Placed(zone, placement));
  }

  private long chunkBytes() {
    return 1L << (plan.maxOrder() + plan.pageShift());
  }

  List<Placed> placed() {
    return placed;
  }

  MachineSpec spec() {
    int last = plan.zones().stream().mapToInt(ZonePlan::node).max().orElse(0);
    List<NodeSpec> nodes = new ArrayList<>();
    for (int node = 0; node <= last; node++) {
      List<Integer> distances = new ArrayList<>(Collections.nCopies(last + 1, REMOTE));
      distances.set(node, LOCAL);
      nodes.add(new NodeSpec(node, distances));
    }
    return new MachineSpec(
        "twin",
        plan.release(),
        plan.pageShift(),
        plan.maxOrder(),
        pageblockOrder(),
        false,
        nodes,
        memory,
        reserved,
        zones,
        0,
        List.of(0),
        sysctls());
  }

  /** A huge page on x86-64; elsewhere the log does not tell, and the largest block is one too. */
  private int pageblockOrder() {
    return plan.pageShift() == USUAL_PAGE_SHIFT
        ? Math.min(X86_PAGEBLOCK_ORDER, plan.maxOrder())
        : plan.maxOrder();
  }

  /**
   * What lies on the CPUs' lists is not free, and which CPU asked is not known: it has no lists.
   */
  private static Sysctls sysctls() {
    Sysctls usual = Sysctls.DEFAULTS;
    return new Sysctls(
        OptionalLong.of(0),
        false,
        usual.lowmemReserveRatio(),
        usual.watermarkScaleFactor(),
        usual.watermarkBoostFactor(),
        0,
        false,
        usual.percpuMaxOrder());
  }
}
