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
import dev.quarry.replay.recording.BulkTakes;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.EventProblems;
import dev.quarry.replay.recording.OutcomeEvents;
import dev.quarry.replay.recording.PageEventOptions;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.recording.RequestEvents;
import dev.quarry.replay.score.Flow;
import dev.quarry.replay.score.Scores;
import dev.quarry.replay.slab.SlabReplay;
import dev.quarry.replay.slab.SlabResult;
import dev.quarry.replay.snapshot.BuddyInfo;
import dev.quarry.replay.snapshot.Finding;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.SnapshotChecks;
import dev.quarry.replay.snapshot.SnapshotMachine;
import dev.quarry.replay.snapshot.ZoneId;
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
 * @param slab the slab events, if that was asked for and the recording has some
 */
public record ReplayResult(
    String name,
    Machine machine,
    Player player,
    List<ZoneBlocks> zones,
    List<String> notes,
    EventProblems problems,
    double seconds,
    Optional<Scores> scores,
    Optional<SlabResult> slab)
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
    List<String> notes = findings(before);
    SnapshotMachine derived = recording.machine(before);
    BulkTakes bulkTakes = recording.bulkTakes();
    SnapshotBoot boot = SnapshotBoot.boot(derived, before, options.settings());
    notes.addAll(boot.notes());
    Machine machine = boot.machine();
    PageEventOptions eventOptions = options(derived.spec(), options.strict());
    try (RequestEvents requests = recording.requests(eventOptions)) {
      List<int[]> atStart = blocks(machine);
      Player player =
          new Player(
              machine,
              boot.placement(),
              FrameTeller.NONE,
              bulkTakes,
              policy(machine, options.policy()));
      long start = System.nanoTime();
      player.play(requests, progress);
      double seconds = (System.nanoTime() - start) / 1e9;
      Compared compared = compare(recording, derived, before, player, atStart, options);
      return new ReplayResult(
          recording.name(),
          machine,
          player,
          compared.zones,
          notes,
          requests.problems(),
          seconds,
          compared.scores,
          options.slab() ? slab(recording, derived.spec(), options) : Optional.empty());
    } catch (RuntimeException | Error e) {
      machine.close();
      throw e;
    }
  }

  private static List<String> findings(Snapshot before) {
    List<String> notes = new ArrayList<>();
    for (Finding finding : SnapshotChecks.requireUsable(before)) {
      notes.add(finding.toString());
    }
    return notes;
  }

  /** What stands beside the kernel's own end, if it is known. */
  private record Compared(List<ZoneBlocks> zones, Optional<Scores> scores) {}

  private static Compared compare(
      Recording recording,
      SnapshotMachine derived,
      Snapshot before,
      Player player,
      List<int[]> atStart,
      ReplayOptions options) {
    Optional<Snapshot> after = recording.after();
    List<ZoneBlocks> zones =
        compare(player.machine(), atStart, options.isAsRecorded() ? after : Optional.empty());
    Optional<Scores> scores = Optional.empty();
    if (options.scores() && options.policy().isEmpty()) {
      Told told = told(recording, derived, before, recording.bulkTakes(), options);
      scores = Optional.of(scores(told, before, after, player));
    }
    return new Compared(zones, scores);
  }

  private static Optional<SlabResult> slab(
      Recording recording, MachineSpec recorded, ReplayOptions options) {
    EventPolicy policy = options.strict() ? EventPolicy.STRICT : EventPolicy.LENIENT;
    boolean scored = options.settings().isEmpty();
    return SlabReplay.play(recording, recorded, options.settings(), policy, scored);
  }

  static MemPolicy policy(Machine machine, String text) {
    return text.isEmpty()
        ? new MemPolicy.Default()
        : machine.policies().usable(machine.policies().parse(text));
  }

  /** What a second run named, told the kernel's frames, and what the kernel did. */
  private record Told(long same, long of, Flow actual) {}

  private static Told told(
      Recording recording,
      SnapshotMachine derived,
      Snapshot before,
      BulkTakes bulkTakes,
      ReplayOptions options) {
    SnapshotBoot boot = SnapshotBoot.boot(derived, before, options.settings());
    PageEventOptions eventOptions = options(derived.spec(), false);
    try (Machine machine = boot.machine();
        RequestEvents requests = recording.requests(eventOptions);
        OutcomeEvents outcomes = recording.outcomes(eventOptions)) {
      KernelFrames teller = new KernelFrames(machine, options.frames());
      new Player(machine, boot.placement(), teller, bulkTakes).play(requests, bytes -> {});
      return new Told(teller.same(), teller.of(), Flow.of(outcomes));
    }
  }

  private static Scores scores(
      Told told, Snapshot before, Optional<Snapshot> after, Player untold) {
    return new Scores(
        new Scores.ExactFrames(told.same, told.of, untold.counters().sameFrames()),
        Scores.freeBlocks(untold.machine(), before, after),
        Flow.of(untold.machine()),
        told.actual,
        Scores.perCpu(untold.machine(), after));
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
        ZoneId id = new ZoneId(zone.node().id(), zone.type());
        Optional<long[]> actual =
            found.flatMap(info -> info.zone(id)).map(z -> z.blocks().toArray());
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
