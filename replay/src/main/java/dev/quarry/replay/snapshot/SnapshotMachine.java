package dev.quarry.replay.snapshot;

import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.NodeSpec;
import dev.quarry.machine.ZoneType;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.read.RecordingMeta;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The machine that a snapshot was taken from.
 *
 * @param spec without contents; its watermark settings are those that give the zones their marks
 * @param notes what the snapshot does not tell, and what was taken instead
 */
public record SnapshotMachine(MachineSpec spec, List<String> notes) {
  /** How the note begins that says so: other files than a snapshot's may tell. */
  public static final String NODES_UNKNOWN = "the nodes of the CPUs are not known";

  private static final int USUAL_MAX_ORDER = 10;
  private static final int USUAL_PAGE_BYTES = 4096;
  private static final int LOCAL_DISTANCE = 10;
  private static final int REMOTE_DISTANCE = 20;

  public SnapshotMachine {
    notes = List.copyOf(notes);
  }

  /** The spec alone, named after the snapshot: {@link #derive} without its notes. */
  public static MachineSpec spec(Snapshot snapshot, RecordingMeta meta) {
    return derive(snapshot.name(), snapshot, meta).spec();
  }

  /**
   * Derives the machine.
   *
   * @param name what messages call it
   * @throws RecordingException if zoneinfo is missing or has no memory, or if orders, page size or
   *     kernel release are impossible
   */
  public static SnapshotMachine derive(String name, Snapshot snapshot, RecordingMeta meta) {
    ZoneInfo zoneInfo = zoneInfo(snapshot);
    List<String> notes = new ArrayList<>();
    int pageShift = pageShift(snapshot, meta);
    int maxOrder = maxOrder(snapshot, notes);
    int pageblockOrder = pageblockOrder(snapshot, maxOrder, notes);
    MemoryLayout layout = new MemoryLayout(snapshot, zoneInfo, pageShift, notes);
    List<NodeSpec> nodes = nodes(zoneInfo);
    MachineSpec spec =
        new MachineSpec(
            name,
            release(meta, notes),
            pageShift,
            maxOrder,
            pageblockOrder,
            false,
            nodes,
            layout.memory(),
            layout.reserved(),
            ZoneLimits.of(zoneInfo, pageShift),
            movablePages(zoneInfo) << pageShift,
            cpuNodes(zoneInfo, meta, nodes.size(), notes),
            WatermarkSettings.of(zoneInfo, pageShift, pageblockOrder, notes));
    return new SnapshotMachine(spec, notes);
  }

  private static ZoneInfo zoneInfo(Snapshot snapshot) {
    if (snapshot.zoneInfo().isEmpty()) {
      throw new RecordingException(
          snapshot.name(), "holds no zoneinfo: the machine's zones are not known");
    }
    ZoneInfo zoneInfo = snapshot.zoneInfo().get();
    if (zoneInfo.populated().isEmpty()) {
      throw new RecordingException(zoneInfo.zones().getFirst().place(), "no zone has a page");
    }
    return zoneInfo;
  }

  private static KernelRelease release(RecordingMeta meta, List<String> notes) {
    if (meta.kernel().isEmpty()) {
      notes.add("the kernel's release is not known; " + KernelRelease.DEFAULT + " is taken");
      return KernelRelease.DEFAULT;
    }
    try {
      return KernelRelease.parse(meta.kernel().get());
    } catch (IllegalArgumentException e) {
      throw new RecordingException("meta.json", "\"kernel\": " + e.getMessage());
    }
  }

  private static int pageShift(Snapshot snapshot, RecordingMeta meta) {
    int bytes = meta.pageBytes().orElse(snapshot.pageBytes().orElse(USUAL_PAGE_BYTES));
    if (Integer.bitCount(bytes) != 1 || bytes < USUAL_PAGE_BYTES) {
      throw new RecordingException(
          "meta.json", "\"page_size\" is " + bytes + ", not a power of two from 4096 on");
    }
    return Integer.numberOfTrailingZeros(bytes);
  }

  private static int maxOrder(Snapshot snapshot, List<String> notes) {
    if (snapshot.maxOrder().isEmpty()) {
      notes.add("neither buddyinfo nor pagetypeinfo: the largest order is taken to be 10");
    }
    return snapshot.maxOrder().orElse(USUAL_MAX_ORDER);
  }

  private static int pageblockOrder(Snapshot snapshot, int maxOrder, List<String> notes) {
    if (snapshot.pageTypeInfo().isEmpty()) {
      int usual = Math.min(9, maxOrder);
      notes.add("no pagetypeinfo: the order of a pageblock is taken to be " + usual);
      return usual;
    }
    PageTypeInfo info = snapshot.pageTypeInfo().get();
    if (info.pageblockOrder() > maxOrder) {
      throw new RecordingException(
          info.free().getFirst().place().file(),
          "pageblock order "
              + info.pageblockOrder()
              + " is above the machine's largest order "
              + maxOrder);
    }
    return info.pageblockOrder();
  }

  /** All node numbers up to the highest; distances are not in any of the files. */
  private static List<NodeSpec> nodes(ZoneInfo zoneInfo) {
    int count = zoneInfo.zones().stream().mapToInt(zone -> zone.id().node()).max().orElse(0) + 1;
    List<NodeSpec> nodes = new ArrayList<>();
    for (int id = 0; id < count; id++) {
      List<Integer> distances = new ArrayList<>(Collections.nCopies(count, REMOTE_DISTANCE));
      distances.set(id, LOCAL_DISTANCE);
      nodes.add(new NodeSpec(id, distances));
    }
    return nodes;
  }

  private static long movablePages(ZoneInfo zoneInfo) {
    return zoneInfo.populated().stream()
        .filter(zone -> zone.id().type() == ZoneType.MOVABLE)
        .mapToLong(zone -> zone.size().present())
        .sum();
  }

  private static List<Integer> cpuNodes(
      ZoneInfo zoneInfo, RecordingMeta meta, int nrNodes, List<String> notes) {
    int listed =
        zoneInfo.zones().stream()
            .flatMap(zone -> zone.pageSets().stream())
            .mapToInt(ZoneInfo.PageSet::cpu)
            .max()
            .orElse(-1);
    int cpus = listed >= 0 ? listed + 1 : meta.cpus().orElse(1);
    if (meta.cpus().isPresent() && meta.cpus().getAsInt() != cpus) {
      notes.add("meta.json has " + meta.cpus().getAsInt() + " CPUs, zoneinfo " + cpus);
    }
    if (nrNodes > 1) {
      notes.add(NODES_UNKNOWN + "; they are spread evenly in their order");
    }
    List<Integer> nodes = new ArrayList<>();
    for (int cpu = 0; cpu < cpus; cpu++) {
      nodes.add((int) ((long) cpu * nrNodes / cpus));
    }
    return nodes;
  }
}
