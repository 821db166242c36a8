package dev.quarry.replay.report;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.physical.MemPolicy;
import dev.quarry.physical.Zone;
import dev.quarry.replay.play.FrameTeller;
import dev.quarry.replay.play.KernelFrames;
import dev.quarry.replay.play.Player;
import dev.quarry.replay.play.SnapshotBoot;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.EventProblems;
import dev.quarry.replay.recording.OutcomeEvents;
import dev.quarry.replay.recording.PageEventOptions;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.recording.RequestEvents;
import dev.quarry.replay.score.Flow;
import dev.quarry.replay.score.Scores;
import dev.quarry.replay.snapshot.BuddyInfo;
import dev.quarry.replay.snapshot.Finding;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.SnapshotChecks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * A recording that was played: the machine as it stands at the end, and what was counted. Holds the
 * machine; close it.
 *
 * @param name the recording's
 * @param machine after the last request
 * @param player what it counted
 * @param zones free blocks before, predicted and found by the kernel
 * @param notes what the recording did not tell, or contradicts itself in
 * @param problems lines that were wrong
 * @param seconds that playing took, without booting and scoring
 * @param scores how near it came to the kernel, if that was asked for
 */
public record ReplayResult(
    String name,
    Machine machine,
    Player player,
    List<ZoneBlocks> zones,
    List<String> notes,
    EventProblems problems,
    double seconds,
    Optional<Scores> scores)
    implements AutoCloseable {

  /**
   * The free blocks of a zone by order.
   *
   * @param zone the machine's
   * @param before when the replay began, in the machine
   * @param predicted when it ended, in the machine
   * @param actual in the kernel's {@code after/buddyinfo}; empty if the recording has none
   */
  public record ZoneBlocks(Zone zone, int[] before, int[] predicted, Optional<long[]> actual) {}

  public ReplayResult {
    zones = List.copyOf(zones);
    notes = List.copyOf(notes);
  }

  /**
   * Plays a recording on the machine that it was taken from.
   *
   * @param progress is told now and then how many bytes of the events were read
   * @throws RecordingException if the recording cannot be played
   * @throws dev.quarry.physical.PolicyException if the policy is unclear, or not for this machine
   */
  public static ReplayResult play(
      Recording recording, ReplayOptions options, LongConsumer progress) {
    Snapshot before = recording.before();
    List<String> notes = new ArrayList<>();
    for (Finding finding : SnapshotChecks.requireUsable(before)) {
      notes.add(finding.toString());
    }
    SnapshotBoot boot = SnapshotBoot.boot(recording.machine(before), before, options.settings());
    notes.addAll(boot.notes());
    Machine machine = boot.machine();
    MachineSpec recorded = recording.machine(before).spec();
    try (RequestEvents requests = recording.requests(options(recorded, options.strict()))) {
      List<int[]> atStart = blocks(machine);
      Player player =
          new Player(
              machine,
              boot.placement(),
              FrameTeller.NONE,
              recording.bulkTakes(),
              policy(machine, options.policy()));
      long start = System.nanoTime();
      player.play(requests, progress);
      double seconds = (System.nanoTime() - start) / 1e9;
      Optional<Snapshot> after = recording.after();
      List<ZoneBlocks> zones =
          compare(machine, atStart, options.isAsRecorded() ? after : Optional.empty());
      Optional<Scores> scores = Optional.empty();
      if (options.scores() && options.policy().isEmpty()) {
        scores = Optional.of(scores(recording, before, after, player, options));
      }
      return new ReplayResult(
          recording.name(), machine, player, zones, notes, requests.problems(), seconds, scores);
    } catch (RuntimeException | Error e) {
      machine.close();
      throw e;
    }
  }

  static MemPolicy policy(Machine machine, String text) {
    return text.isEmpty()
        ? new MemPolicy.Default()
        : machine.policies().usable(machine.policies().parse(text));
  }

  private static Scores scores(
      Recording recording,
      Snapshot before,
      Optional<Snapshot> after,
      Player untold,
      ReplayOptions options) {
    SnapshotBoot boot = SnapshotBoot.boot(recording.machine(before), before, options.settings());
    try (Machine machine = boot.machine();
        RequestEvents requests = recording.requests(options(machine.spec(), false));
        OutcomeEvents outcomes = recording.outcomes(options(machine.spec(), false))) {
      KernelFrames teller = new KernelFrames(machine, options.frames());
      new Player(machine, boot.placement(), teller, recording.bulkTakes())
          .play(requests, bytes -> {});
      return new Scores(
          new Scores.ExactFrames(teller.same(), teller.of(), untold.counters().sameFrames()),
          Scores.freeBlocks(untold.machine(), before, after),
          Flow.of(untold.machine()),
          Flow.of(outcomes),
          Scores.perCpu(untold.machine(), after));
    }
  }

  private static PageEventOptions options(MachineSpec recorded, boolean strict) {
    GfpVocabulary vocabulary = GfpVocabulary.of(recorded.release());
    EventPolicy policy = strict ? EventPolicy.STRICT : EventPolicy.LENIENT;
    int migrateTypes = 16;
    return PageEventOptions.of(policy, vocabulary::parse)
        .bounds(recorded.endPfn() - 1, recorded.maxOrder(), migrateTypes);
  }

  static List<int[]> blocks(Machine machine) {
    List<int[]> all = new ArrayList<>();
    for (Zone zone : machine.memory().zones()) {
      int[] blocks = new int[machine.spec().maxOrder() + 1];
      for (int order = 0; order < blocks.length; order++) {
        blocks[order] = zone.area(order).nrFree();
      }
      all.add(blocks);
    }
    return all;
  }

  static List<ZoneBlocks> compare(Machine machine, List<int[]> before, Optional<Snapshot> after) {
    Optional<BuddyInfo> found = after.flatMap(Snapshot::buddyInfo);
    List<int[]> predicted = blocks(machine);
    List<ZoneBlocks> zones = new ArrayList<>();
    for (Zone zone : machine.memory().zones()) {
      if (zone.isPopulated()) {
        Optional<long[]> actual =
            found.flatMap(info ->
                info.zones().stream()
                    .filter(z -> z.id().type() == zone.type())
                    .filter(z -> z.id().node() == zone.node().id())
                    .findFirst()
                    .map(z -> z.blocks().toArray()));
        zones.add(
            new ZoneBlocks(zone, before.get(zone.number()), predicted.get(zone.number()), actual));
      }
    }
    return zones;
  }

  @Override
  public void close() {
    machine.close();
  }
}
