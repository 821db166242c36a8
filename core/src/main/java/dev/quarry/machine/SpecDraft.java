package dev.quarry.machine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A specification while its lines are read: what a line set, and which line that was, so that a
 * refusal can name it.
 */
final class SpecDraft {
  /** A part with the line that gave it; 0 for what no line gave. */
  record Lined<T>(T value, int line) {}

  final String source;
  final Map<String, Integer> lines = new TreeMap<>();
  final List<Lined<NodeSpec>> nodes = new ArrayList<>();
  final List<Lined<MemoryRange>> memory = new ArrayList<>();
  final List<Lined<ReservedRange>> reserved = new ArrayList<>();
  final List<Lined<ZoneSpec>> zones = new ArrayList<>();
  final TreeMap<Integer, Lined<Integer>> cpus = new TreeMap<>();
  final Map<ZoneType, Integer> ratios = new EnumMap<>(Sysctls.DEFAULTS.lowmemReserveRatio());
  final List<Integer> ratioList = new ArrayList<>();
  String name;
  KernelRelease release = KernelRelease.DEFAULT;
  int pageShift = 12;
  int maxOrder = 10;
  int pageblockOrder = 9;
  boolean contents = true;
  long movableCore;
  OptionalLong minFreeKbytes = OptionalLong.empty();
  boolean khugepaged;
  int scaleFactor = Sysctls.DEFAULTS.watermarkScaleFactor();
  int boostFactor = Sysctls.DEFAULTS.watermarkBoostFactor();
  int highFraction;
  boolean percpu = true;
  int percpuMaxOrder = Sysctls.DEFAULTS.percpuMaxOrder();
  CostModel costs = CostModel.DEFAULT;
  KmallocGeometry kmalloc = SlabSpec.DEFAULTS.geometry();
  SlabManner slab = SlabSpec.DEFAULTS.manner();
  SlabSpec.Debug slabDebug = SlabSpec.DEFAULTS.debug();
  HugePageSpec.Enabled hugePages = HugePageSpec.DEFAULTS.enabled();
  HugePageSpec.Defrag hugeDefrag = HugePageSpec.DEFAULTS.defrag();
  LruSpec lru = LruSpec.DEFAULTS;

  SpecDraft(String source, String name) {
    this.source = source;
    this.name = name;
  }

  /** A draft that begins as another spec is. */
  static SpecDraft of(MachineSpec spec, String source) {
    SpecDraft draft = new SpecDraft(source, spec.name());
    spec.nodes().forEach(node -> draft.nodes.add(new Lined<>(node, 0)));
    spec.memory().forEach(range -> draft.memory.add(new Lined<>(range, 0)));
    spec.reserved().forEach(range -> draft.reserved.add(new Lined<>(range, 0)));
    spec.zones().forEach(zone -> draft.zones.add(new Lined<>(zone, 0)));
    for (int cpu = 0; cpu < spec.cpuNodes().size(); cpu++) {
      draft.cpus.put(cpu, new Lined<>(spec.cpuNodes().get(cpu), 0));
    }
    draft.release = spec.release();
    draft.pageShift = spec.pageShift();
    draft.maxOrder = spec.maxOrder();
    draft.pageblockOrder = spec.pageblockOrder();
    draft.contents = spec.contents();
    draft.movableCore = spec.movableCore();
    Sysctls sysctls = spec.sysctls();
    draft.minFreeKbytes = sysctls.minFreeKbytes();
    draft.khugepaged = sysctls.khugepagedRaise();
    draft.ratios.clear();
    draft.ratios.putAll(sysctls.lowmemReserveRatio());
    draft.scaleFactor = sysctls.watermarkScaleFactor();
    draft.boostFactor = sysctls.watermarkBoostFactor();
    draft.highFraction = sysctls.percpuPagelistHighFraction();
    draft.percpu = sysctls.percpuLists();
    draft.percpuMaxOrder = sysctls.percpuMaxOrder();
    draft.costs = spec.costs();
    draft.kmalloc = spec.slab().geometry();
    draft.slab = spec.slab().manner();
    draft.slabDebug = spec.slab().debug();
    draft.hugePages = spec.hugePages().enabled();
    draft.hugeDefrag = spec.hugePages().defrag();
    draft.lru = spec.lru();
    return draft;
  }

  /** Drops the parts that a preset gave, when a line gives the first part of its own. */
  static <T> void dropGiven(List<Lined<T>> parts) {
    if (!parts.isEmpty() && parts.getFirst().line() == 0) {
      parts.removeIf(part -> part.line() == 0);
    }
  }

  /**
   * The spec, checked.
   *
   * @throws SpecException naming the line to blame
   */
  MachineSpec build() {
    addDefaults();
    applyRatios();
    memory.sort(Comparator.comparingLong(range -> range.value().start()));
    reserved.sort(Comparator.comparingLong(range -> range.value().start()));
    nodes.sort(Comparator.comparingInt(node -> node.value().id()));
    MachineSpec spec =
        new MachineSpec(
            name,
            release,
            pageShift,
            maxOrder,
            pageblockOrder,
            contents,
            values(nodes),
            values(memory),
            values(reserved),
            values(zones),
            movableCore,
            cpuNodes(),
            sysctls(),
            costs,
            new SlabSpec(kmalloc, slab, slabDebug),
            new HugePageSpec(hugePages, hugeDefrag),
            lru);
    try {
      SpecChecks.check(spec);
    } catch (SpecChecks.Refusal e) {
      int line = lineOf(e.part, e.index);
      throw line == 0
          ? new SpecException(source + ": " + e.text())
          : new SpecException(source, line, e.text());
    }
    return spec;
  }

  private Sysctls sysctls() {
    return new Sysctls(
        minFreeKbytes,
        khugepaged,
        ratios,
        scaleFactor,
        boostFactor,
        highFraction,
        percpu,
        percpuMaxOrder);
  }

  private void addDefaults() {
    if (nodes.isEmpty()) {
      nodes.add(new Lined<>(new NodeSpec(0, List.of(10)), 0));
    }
    if (cpus.isEmpty()) {
      cpus.put(0, new Lined<>(0, 0));
    }
    if (zones.isEmpty()) {
      zones.add(new Lined<>(new ZoneSpec(ZoneType.DMA, 16L << 20), 0));
      zones.add(new Lined<>(new ZoneSpec(ZoneType.DMA32, 4L << 30), 0));
      zones.add(new Lined<>(new ZoneSpec(ZoneType.NORMAL, ZoneSpec.NO_LIMIT), 0));
      zones.add(new Lined<>(new ZoneSpec(ZoneType.MOVABLE, ZoneSpec.NO_LIMIT), 0));
      zones.add(new Lined<>(new ZoneSpec(ZoneType.DEVICE, ZoneSpec.NO_LIMIT), 0));
    }
  }

  /** Ratios are given by the zones' order, which may be given behind them. */
  private void applyRatios() {
    if (ratioList.size() > zones.size()) {
      String text =
          "lowmem_reserve_ratio has "
              + ratioList.size()
              + " numbers, the machine "
              + zones.size()
              + " zones";
      int line = lines.getOrDefault("lowmem_reserve_ratio", 0);
      throw line == 0
          ? new SpecException(source + ": " + text)
          : new SpecException(source, line, text);
    }
    for (int i = 0; i < ratioList.size(); i++) {
      ratios.put(zones.get(i).value().type(), ratioList.get(i));
    }
  }

  private static <T> List<T> values(List<Lined<T>> lined) {
    return lined.stream().map(Lined::value).toList();
  }

  private List<Integer> cpuNodes() {
    int last = cpus.lastKey();
    if (last != cpus.size() - 1) {
      throw new SpecException(
          source + ": CPUs reach to " + last + ", but only " + cpus.size() + " are given");
    }
    List<Integer> list = new ArrayList<>();
    cpus.values().forEach(cpu -> list.add(cpu.value()));
    return Collections.unmodifiableList(list);
  }

  private int lineOf(String part, int index) {
    return switch (part) {
      case "memory" -> line(memory, index);
      case "reserved" -> line(reserved, index);
      case "node" -> line(nodes, index);
      case "zone" -> line(zones, index);
      case "cpus" -> {
        Lined<Integer> cpu = cpus.get(index);
        yield cpu == null ? 0 : cpu.line();
      }
      default -> lines.getOrDefault(part, 0);
    };
  }

  private static <T> int line(List<Lined<T>> list, int index) {
    return index < list.size() ? list.get(index).line() : 0;
  }
}
