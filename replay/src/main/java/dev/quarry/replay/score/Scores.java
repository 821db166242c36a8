package dev.quarry.replay.score;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Zone;
import dev.quarry.replay.snapshot.BuddyInfo;
import dev.quarry.replay.snapshot.ExactState;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.ZoneId;
import dev.quarry.replay.snapshot.ZoneInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How near a replay came to the kernel.
 *
 * @param exactFrames one step ahead, and by a run that was told nothing
 * @param freeBlocks at the end; empty without the kernel's {@code buddyinfo} after
 * @param predicted what moved in the replay
 * @param actual what moved in the kernel
 * @param perCpu list lengths at the end, pages in all zones
 */
public record Scores(
    ExactFrames exactFrames,
    Optional<FreeBlockScore> freeBlocks,
    Flow predicted,
    Flow actual,
    List<PerCpu> perCpu) {

  /**
   * Frames that were the kernel's.
   *
   * @param same by the run that was told the kernel's frame after each answer
   * @param of allocations that the kernel served
   * @param untoldSame by the run that was told nothing
   */
  public record ExactFrames(long same, long of, long untoldSame) {}

  /** Pages on a CPU's lists at the end; actual is -1 where the recording does not tell. */
  public record PerCpu(int cpu, long predicted, long actual) {}

  public Scores {
    perCpu = List.copyOf(perCpu);
  }

  /** The free blocks' score; empty where a recording does not have both counts. */
  public static Optional<FreeBlockScore> freeBlocks(
      Machine machine, Snapshot before, Optional<Snapshot> after) {
    Optional<BuddyInfo> first = before.buddyInfo();
    Optional<BuddyInfo> last = after.flatMap(Snapshot::buddyInfo);
    if (first.isEmpty() || last.isEmpty()) {
      return Optional.empty();
    }
    List<FreeBlockScore.ZoneCounts> zones = new ArrayList<>();
    for (Zone zone : machine.memory().zones()) {
      ZoneId id = new ZoneId(zone.node().id(), zone.type());
      Optional<BuddyInfo.Zone> began = first.get().zone(id);
      Optional<BuddyInfo.Zone> ended = last.get().zone(id);
      if (began.isPresent() && ended.isPresent()) {
        zones.add(
            new FreeBlockScore.ZoneCounts(
                began.get().blocks().toArray(),
                zone.freeBlocksByOrder(),
                ended.get().blocks().toArray()));
      }
    }
    return Optional.of(FreeBlockScore.of(zones));
  }

  /** Lengths of the per-CPU lists, beside those that the recording ends with. */
  public static List<PerCpu> perCpu(Machine machine, Optional<Snapshot> after) {
    List<PerCpu> lists = new ArrayList<>();
    for (int cpu = 0; cpu < machine.cpus().size(); cpu++) {
      long predicted = 0;
      for (Zone zone : machine.memory().zones()) {
        predicted += zone.isPopulated() ? zone.pcp(cpu).count() : 0;
      }
      lists.add(new PerCpu(cpu, predicted, after.isPresent() ? counted(after.get(), cpu) : -1));
    }
    return lists;
  }

  private static long counted(Snapshot after, int cpu) {
    if (after.exact().isPresent()) {
      return after.exact().get().perCpu().stream()
          .filter(pcp -> pcp.cpu() == cpu)
          .mapToLong(ExactState.PerCpu::count)
          .sum();
    }
    return after
        .zoneInfo()
        .map(info ->
            info.zones().stream()
                .flatMap(zone -> zone.pageSets().stream())
                .filter(set -> set.cpu() == cpu)
                .mapToLong(ZoneInfo.PageSet::count)
                .sum())
        .orElse(-1L);
  }
}
