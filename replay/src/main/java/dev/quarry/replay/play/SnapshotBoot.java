package dev.quarry.replay.play;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.ZoneType;
import dev.quarry.physical.DirectMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PcpState;
import dev.quarry.physical.StateLoader;
import dev.quarry.physical.Zone;
import dev.quarry.replay.read.Place;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.snapshot.ExactState;
import dev.quarry.replay.snapshot.FrameList;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.SnapshotMachine;
import dev.quarry.replay.snapshot.ZoneInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Boots the machine of a snapshot and puts it into the snapshot's state: from {@code exact}, where
 * that is there, every list in its order; else from {@code free_blocks}, whose types {@code
 * pagetypeinfo} gives by count only; else from the counts of {@code buddyinfo} alone.
 *
 * @param machine in the snapshot's state; the caller closes it
 * @param placement where the recorded machine's frames and CPUs are on it
 * @param notes what the snapshot did not tell
 */
public record SnapshotBoot(Machine machine, Placement placement, List<String> notes) {
  public SnapshotBoot {
    notes = List.copyOf(notes);
  }

  /**
   * Boots the machine that the snapshot was taken from.
   *
   * @throws RecordingException if the snapshot contradicts itself
   */
  public static SnapshotBoot boot(SnapshotMachine derived, Snapshot snapshot) {
    return boot(derived, snapshot, List.of());
  }

  /**
   * Boots the machine that the snapshot was taken from with some settings changed. Where its memory
   * stays as it is, every list keeps its order; else {@link Transplant} moves what is held.
   *
   * @param settings such as {@code ram=8G}
   * @throws dev.quarry.machine.SpecException naming a setting that is wrong
   * @throws RecordingException if the snapshot contradicts itself, or does not fit
   */
  public static SnapshotBoot boot(
      SnapshotMachine derived, Snapshot snapshot, List<String> settings) {
    MachineSpec own = derived.spec();
    MachineSpec wanted = MachineSpecReader.with(own, settings);
    List<String> notes = new ArrayList<>(derived.notes());
    if (sameMemory(own, wanted)) {
      Recorded recorded = settings.isEmpty() ? Recorded.MARKS : Recorded.NOTHING;
      Machine machine = load(wanted, snapshot, recorded, notes);
      Placement placement =
          settings.isEmpty() ? Placement.same(machine) : Placement.sameMemory(machine);
      return new SnapshotBoot(machine, placement, notes);
    }
    try (Machine source = load(own, snapshot, Recorded.MARKS, notes)) {
      Machine machine = Machine.boot(wanted);
      try {
        return new SnapshotBoot(machine, Transplant.move(source, machine, notes), notes);
      } catch (RuntimeException e) {
        machine.close();
        throw e;
      }
    }
  }

  /**
   * Boots the machine that the snapshot was taken from, with the counters of free pages that its
   * zoneinfo gives: where they differ from what the lists hold, tests follow the counters, as the
   * kernel's do. The caller closes it.
   *
   * @param notes receives what the snapshot did not tell
   * @throws RecordingException if the snapshot contradicts itself
   */
  public static Machine twin(SnapshotMachine derived, Snapshot snapshot, List<String> notes) {
    return load(derived.spec(), snapshot, Recorded.MARKS_AND_COUNTERS, notes);
  }

  /** The same machine once more, of files that {@link #twin} has accepted. */
  public static Machine twinAgain(SnapshotMachine derived, Snapshot snapshot) {
    return load(derived.spec(), snapshot, Recorded.KNOWN_TO_FIT, new ArrayList<>());
  }

  /** What is taken from zoneinfo instead of being computed. */
  private enum Recorded {
    NOTHING,
    MARKS,
    MARKS_AND_COUNTERS,
    /** The same, of a state that was loaded before. */
    KNOWN_TO_FIT
  }

  private static boolean sameMemory(MachineSpec recorded, MachineSpec wanted) {
    return recorded.memory().equals(wanted.memory())
        && recorded.nodes().equals(wanted.nodes())
        && recorded.zones().equals(wanted.zones())
        && recorded.cpuNodes().equals(wanted.cpuNodes())
        && recorded.movableCore() == wanted.movableCore()
        && recorded.pageShift() == wanted.pageShift()
        && recorded.maxOrder() == wanted.maxOrder()
        && recorded.pageblockOrder() == wanted.pageblockOrder()
        && recorded.sysctls().percpuLists() == wanted.sysctls().percpuLists()
        && recorded.sysctls().percpuMaxOrder() == wanted.sysctls().percpuMaxOrder()
        && recorded.release().isAtLeast(5, 13) == wanted.release().isAtLeast(5, 13);
  }

  private static Machine load(
      MachineSpec spec, Snapshot snapshot, Recorded recorded, List<String> notes) {
    Machine machine = Machine.boot(spec);
    try {
      if (recorded != Recorded.KNOWN_TO_FIT) { // it is booted once, for many requests
        machine.memory().map().preferHugePages();
      }
      new Loading(machine, snapshot, recorded, notes).load();
      return machine;
    } catch (RuntimeException e) {
      machine.close();
      throw e;
    }
  }

  private static final class Loading {
    private final Machine machine;
    private final Snapshot snapshot;
    private final List<String> notes;
    private final StateLoader loader;
    private final Recorded recorded;

    Loading(Machine machine, Snapshot snapshot, Recorded recorded, List<String> notes) {
      this.machine = machine;
      this.snapshot = snapshot;
      this.recorded = recorded;
      this.notes = notes;
      this.loader = new StateLoader(machine.memory(), recorded != Recorded.KNOWN_TO_FIT);
    }

    void load() {
      Optional<ExactState> exact = snapshot.exact();
      if (exact.isPresent()) {
        exact(exact.get());
      } else if (snapshot.freeBlocks().isPresent()) {
        notes.add("no exact lists: their order, and what lies on per-CPU lists, is not known");
        new TypesByCount(machine.memory(), loader, snapshot).load();
      } else {
        notes.add(
            "no free_blocks: where free blocks lie is not known; they are put where they fit");
        new PlacedByCount(machine.memory(), loader, snapshot).load();
      }
      if (recorded.compareTo(Recorded.MARKS_AND_COUNTERS) >= 0) {
        snapshot.zoneInfo().ifPresent(this::freeCounters);
      }
      if (recorded != Recorded.NOTHING) {
        snapshot.zoneInfo().ifPresent(this::zoneInfo);
        exact.ifPresent(this::perCpuState);
      }
    }

    private void exact(ExactState exact) {
      int order = machine.spec().pageblockOrder();
      exact
          .pageblocks()
          .forEachBlock(order, (pfn, type) -> loader.pageblock(pfn, migrateType(type)));
      for (ExactState.FreeList list : exact.freeLists()) {
        Zone zone = zone(list.zone(), list.place());
        at(
            list.place(),
            list.blocks(),
            pfn -> loader.freeBlock(zone, pfn, list.order(), migrateType(list.migrateType())));
      }
      for (ExactState.PerCpuList list : exact.perCpuLists()) {
        Zone zone = zone(list.zone(), list.place());
        if (list.cpu() >= zone.pcpCount()) {
          throw new RecordingException(
              list.place(), "CPU " + list.cpu() + " of a machine with " + zone.pcpCount());
        }
        at(
            list.place(),
            list.blocks(),
            pfn -> loader.pcpBlock(zone, list.cpu(), list.index(), pfn));
      }
    }

    /** The recorded kernel's number of a type is ours, but for the types behind HighAtomic. */
    private int migrateType(int recorded) {
      return RecordedTypes.of(snapshot, recorded);
    }

    private static void at(Place place, FrameList frames, IntConsumer load) {
      try {
        frames.forEach(load);
      } catch (IllegalArgumentException e) {
        throw new RecordingException(place, String.valueOf(e.getMessage()));
      }
    }

    private void perCpuState(ExactState exact) {
      for (ExactState.PerCpu pcp : exact.perCpu()) {
        Zone zone = zone(pcp.zone(), pcp.place());
        if (pcp.cpu() < zone.pcpCount()) {
          PcpState state =
              new PcpState(
                  pcp.high(),
                  pcp.batch(),
                  pcp.highMin(),
                  pcp.highMax(),
                  pcp.freeCount(),
                  pcp.allocFactor(),
                  pcp.flags());
          loader.pcpState(zone, pcp.cpu(), state);
        }
      }
    }

    private void zoneInfo(ZoneInfo info) {
      for (ZoneInfo.Zone own : info.populated()) {
        Zone zone = find(own.id().node(), own.id().type());
        if (zone == null) {
          continue;
        }
        ZoneInfo.Watermarks marks = own.watermarks();
        long boost = marks.boost();
        loader.marks(
            zone,
            marks.min() - boost,
            marks.low() - boost,
            marks.high() - boost,
            marks.promo() - boost,
            boost);
        if (own.protection().size() == machine.spec().zones().size()) {
          loader.reserves(zone, own.protection().toArray());
        }
        loader.managed(zone, own.size().managed());
        for (ZoneInfo.PageSet set : own.pageSets()) {
          if (set.cpu() < zone.pcpCount()) {
            loader.pcpState(
                zone,
                set.cpu(),
                new PcpState(set.high(), set.batch(), set.highMin(), set.highMax(), 0, 0, 0));
          }
        }
      }
      nodeStats(info);
    }

    private void freeCounters(ZoneInfo info) {
      for (ZoneInfo.Zone own : info.populated()) {
        Zone zone = find(own.id().node(), own.id().type());
        if (zone != null) {
          loader.freeCounter(zone, own.free());
        }
      }
    }

    private void nodeStats(ZoneInfo info) {
      for (ZoneInfo.Node node : info.nodes()) {
        for (NodeStat stat : NodeStat.values()) {
          node.stats()
              .get(stat.label().toLowerCase(Locale.ROOT))
              .ifPresent(value ->
                  machine.memory().nodes().get(node.id()).stat(stat, inPages(stat, value)));
        }
      }
    }

    /** Some statistics are recorded in huge pages and kept in pages. */
    private long inPages(NodeStat stat, long recorded) {
      return stat.isShownInHugePages()
          ? recorded * new DirectMap(machine.memory()).largeEntryPages()
          : recorded;
    }

    private Zone zone(ZoneType type, Place place) {
      Zone zone = find(0, type);
      if (zone == null || !zone.isPopulated()) {
        throw new RecordingException(place, "the machine has no memory in zone " + type.label());
      }
      return zone;
    }

    private @Nullable Zone find(int node, ZoneType type) {
      for (Zone zone : machine.memory().zones()) {
        if (zone.node().id() == node && zone.type() == type) {
          return zone;
        }
      }
      return null;
    }
  }
}
