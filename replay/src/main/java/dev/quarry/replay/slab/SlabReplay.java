package dev.quarry.replay.slab;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.replay.play.Placement;
import dev.quarry.replay.read.Interval;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.recording.SlabRequests;
import dev.quarry.replay.score.SlabScore;
import dev.quarry.replay.snapshot.SlabInfo;
import dev.quarry.slab.CacheStatistics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Plays a recording's slab events on a machine of their own: the recorded one with bytes, empty but
 * for the slabs of its caches.
 */
public final class SlabReplay {
  /** What the machine has beside the recorded one; a setting of the caller's comes later. */
  private static final List<String> OWN_SETTINGS = List.of("contents=yes", "kmalloc=linux");

  private final Recording recording;
  private final MachineSpec recorded;
  private final List<String> settings;
  private final EventPolicy policy;
  private final Interval interval;
  private final ToIntFunction<String> gfp;

  private SlabReplay(
      Recording recording, MachineSpec recorded, List<String> settings, EventPolicy policy) {
    this.recording = recording;
    this.recorded = recorded;
    this.settings = settings;
    this.policy = policy;
    this.interval = recording.slabInterval();
    this.gfp = GfpVocabulary.of(recorded.release())::parse;
  }

  /**
   * Plays them.
   *
   * @param recorded the machine that was recorded
   * @param settings changes to it
   * @param scored whether the counts after are compared with
   * @return empty if the recording has no slab events
   * @throws dev.quarry.replay.read.RecordingException if they cannot be played
   */
  public static Optional<SlabResult> play(
      Recording recording,
      MachineSpec recorded,
      List<String> settings,
      EventPolicy policy,
      boolean scored) {
    if (recording.slabEventsFile().isEmpty()) {
      return Optional.empty();
    }
    SlabReplay replay = new SlabReplay(recording, recorded, settings, policy);
    Optional<SlabInfo> after = scored ? recording.slabsAfter() : Optional.empty();
    return Optional.of(replay.play(recording.slabsBefore(), after));
  }

  private SlabResult play(Optional<SlabInfo> before, Optional<SlabInfo> after) {
    List<String> all = new ArrayList<>(OWN_SETTINGS);
    all.addAll(settings);
    try (Machine machine = Machine.boot(MachineSpecReader.with(recorded, all));
        SlabRequests requests = open(policy)) {
      RecordedCaches caches = new RecordedCaches(machine, before);
      Placement placement =
          settings.isEmpty() ? Placement.same(machine) : Placement.elsewhere(machine);
      SlabSamples samples = new SlabSamples(machine.memory(), interval);
      SlabPlayer player = new SlabPlayer(machine, placement, caches, samples);
      long start = System.nanoTime();
      player.play(requests);
      double seconds = (System.nanoTime() - start) / 1e9;
      List<SlabResult.CacheEnd> ends = ends(caches);
      List<String> notes = new ArrayList<>(caches.notes());
      if (before.isEmpty()) {
        notes.add("no before/slabinfo: all caches were empty when the events began");
      }
      return new SlabResult(
          player.counters(),
          ends,
          player.origins().all(),
          samples.list(),
          geometries(),
          player.stillHeld(),
          before.isPresent() && after.isPresent()
              ? Optional.of(score(ends, before.get(), after.get()))
              : Optional.empty(),
          notes,
          requests.problems(),
          machine.invariants(),
          seconds);
    }
  }

  private SlabRequests open(EventPolicy how) {
    return recording.slabRequests(interval, how, gfp).orElseThrow();
  }

  private List<GeometryUse> geometries() {
    try (SlabRequests requests = open(EventPolicy.LENIENT)) {
      return GeometryTable.of(requests, recorded.pageSize());
    }
  }

  private static List<SlabResult.CacheEnd> ends(RecordedCaches caches) {
    List<SlabResult.CacheEnd> ends = new ArrayList<>();
    for (RecordedCache cache : caches.all()) {
      CacheStatistics statistics = cache.cache().statistics();
      ends.add(
          new SlabResult.CacheEnd(
              cache.name(),
              statistics.objectSize(),
              statistics.pagesPerSlab(),
              cache.allocations(),
              cache.frees(),
              cache.unseenFrees(),
              statistics.activeObjects() + cache.before().hidden(),
              statistics.objects(),
              statistics.slabs()));
    }
    return ends;
  }

  /** The caches that the kernel counted before or after. */
  private static SlabScore score(List<SlabResult.CacheEnd> ends, SlabInfo before, SlabInfo after) {
    Map<String, SlabResult.CacheEnd> predicted = new HashMap<>();
    ends.forEach(end -> predicted.put(end.name(), end));
    Map<String, SlabInfo.Cache> began = new HashMap<>();
    before.caches().forEach(line -> began.put(line.name(), line));
    List<SlabScore.Cache> scored = new ArrayList<>();
    for (SlabInfo.Cache line : after.caches()) {
      SlabInfo.Cache old = began.get(line.name());
      long oldObjects = old == null ? 0 : old.activeObjects();
      long oldSlabs = old == null ? 0 : old.slabs();
      SlabResult.CacheEnd end = predicted.get(line.name());
      scored.add(
          new SlabScore.Cache(
              line.name(),
              line.pagesPerSlab(),
              end == null ? 0 : end.allocations() - end.frees(),
              new SlabScore.Count(
                  oldObjects, end == null ? oldObjects : end.activeObjects(), line.activeObjects()),
              new SlabScore.Count(oldSlabs, end == null ? oldSlabs : end.slabs(), line.slabs())));
    }
    return SlabScore.of(scored);
  }
}
