package dev.quarry.replay.report;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.physical.MemPolicy;
import dev.quarry.replay.play.FrameTeller;
import dev.quarry.replay.play.Placement;
import dev.quarry.replay.play.Player;
import dev.quarry.replay.play.SnapshotBoot;
import dev.quarry.replay.read.Interval;
import dev.quarry.replay.read.RecordingFiles;
import dev.quarry.replay.read.RecordingMeta;
import dev.quarry.replay.recording.BulkTakes;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.PageEventOptions;
import dev.quarry.replay.recording.PageEvents;
import dev.quarry.replay.recording.RequestEvents;
import dev.quarry.replay.snapshot.Finding;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.SnapshotChecks;
import dev.quarry.replay.snapshot.SnapshotMachine;
import dev.quarry.replay.trace.EventFile;
import dev.quarry.replay.trace.TraceEventReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Replays one file of events, such as the output of {@code perf script}, on a machine that is
 * described apart from it.
 */
public final class TraceReplay {
  private static final int MIGRATE_TYPES = 16;
  private static final int MOST_ORDER = 20;

  private TraceReplay() {}

  /**
   * Plays a file on a machine that was just booted: nothing is held when it begins.
   *
   * @throws dev.quarry.replay.read.RecordingException if the file cannot be read
   */
  public static ReplayResult onMachine(
      Path file, MachineSpec spec, ReplayOptions options, LongConsumer progress) {
    Machine machine = Machine.boot(MachineSpecReader.with(spec, options.settings()));
    List<String> notes = new ArrayList<>();
    notes.add("the machine was empty when the requests began");
    return play(
        file, machine, Placement.elsewhere(machine), spec.release(), notes, options, progress);
  }

  /**
   * Plays a file on the machine of a snapshot: a folder with copies of files of {@code /proc}.
   *
   * @throws dev.quarry.replay.read.RecordingException if the file or the snapshot cannot be read
   */
  public static ReplayResult onSnapshot(
      Path file, Path folder, ReplayOptions options, LongConsumer progress) {
    Snapshot snapshot = Snapshot.read(folder);
    List<String> notes = new ArrayList<>();
    for (Finding finding : SnapshotChecks.requireUsable(snapshot)) {
      notes.add(finding.toString());
    }
    SnapshotMachine derived =
        SnapshotMachine.derive(RecordingFiles.nameOf(folder), snapshot, RecordingMeta.NONE);
    SnapshotBoot boot = SnapshotBoot.boot(derived, snapshot, options.settings());
    notes.addAll(boot.notes());
    KernelRelease release = derived.spec().release();
    return play(file, boot.machine(), boot.placement(), release, notes, options, progress);
  }

  private static ReplayResult play(
      Path file,
      Machine machine,
      Placement placement,
      KernelRelease release,
      List<String> notes,
      ReplayOptions options,
      LongConsumer progress) {
    String name = RecordingFiles.nameOf(file);
    EventPolicy policy = options.strict() ? EventPolicy.STRICT : EventPolicy.LENIENT;
    PageEventOptions eventOptions =
        PageEventOptions.of(policy, GfpVocabulary.of(release)::parse)
            .bounds(placement.recordedEndPfn() - 1, MOST_ORDER, MIGRATE_TYPES);
    try (EventFile opened = EventFile.open(file, name);
        PageEvents events = opened.events(eventOptions, true);
        RequestEvents requests = new RequestEvents(events, Interval.ALL)) {
      List<int[]> before = ReplayResult.blocks(machine);
      MemPolicy userPages = ReplayResult.policy(machine, options.policy());
      Player player = new Player(machine, placement, FrameTeller.NONE, BulkTakes.NONE, userPages);
      long start = System.nanoTime();
      player.play(requests, progress);
      double seconds = (System.nanoTime() - start) / 1e9;
      notes.add("read as " + opened.words());
      noteLosses(events, notes);
      return new ReplayResult(
          name,
          machine,
          player,
          ReplayResult.compare(machine, before, Optional.empty()),
          notes,
          events.problems(),
          seconds,
          Optional.empty(),
          Optional.empty());
    } catch (RuntimeException | Error e) {
      machine.close();
      throw e;
    }
  }

  private static void noteLosses(PageEvents events, List<String> notes) {
    if (events instanceof TraceEventReader trace) {
      if (trace.lostEvents() > 0) {
        notes.add(
            String.format(
                Locale.ROOT,
                "%,d events were lost when the trace was taken: it says so itself",
                trace.lostEvents()));
      }
      if (trace.otherLines() > 0) {
        notes.add(
            String.format(Locale.ROOT, "%,d lines hold other events or none", trace.otherLines()));
      }
    }
  }
}
