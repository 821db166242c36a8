package dev.quarry.bench.probe;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.replay.play.Player;
import dev.quarry.replay.play.SnapshotBoot;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.PageEventOptions;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.recording.RequestEvents;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.SnapshotMachine;
import java.nio.file.Path;

/**
 * Plays a recording again and again, each time on a machine in the state in which the recording
 * begins, and prints the requests per second of each time: {@code play 3200000}. Before each, it
 * reads the same file without playing it: {@code read 4800000}. Booting is not timed.
 */
public final class ReplayProbe {
  private static final int MIGRATE_TYPES = 16;
  private static final double NANOS_PER_SECOND = 1e9;

  private final Recording recording;
  private final Snapshot before;
  private final SnapshotMachine derived;

  private ReplayProbe(Recording recording) {
    this.recording = recording;
    this.before = recording.before();
    this.derived = recording.machine(before);
  }

  /** Takes the recording's folder, how often to warm up, and how many requests to play at least. */
  public static void main(String[] args) {
    ReplayProbe probe = new ReplayProbe(Recording.open(Path.of(args[0])));
    int warmups = Integer.parseInt(args[1]);
    long least = Long.parseLong(args[2]);
    for (int i = 0; i < warmups; i++) {
      probe.once(false);
    }
    for (long played = 0; played < least; ) {
      played += probe.once(true);
    }
  }

  private long once(boolean print) {
    try (Machine machine = SnapshotBoot.boot(derived, before).machine()) {
      double readRate = read(machine);
      try (RequestEvents requests = recording.requests(options(machine))) {
        Player player = new Player(machine);
        long start = System.nanoTime();
        player.play(requests, _ -> {});
        long nanos = System.nanoTime() - start;
        long events = player.counters().events();
        if (print) {
          System.out.println("read " + readRate);
          System.out.println("play " + events * NANOS_PER_SECOND / nanos);
        }
        return events;
      }
    }
  }

  private double read(Machine machine) {
    try (RequestEvents requests = recording.requests(options(machine))) {
      long events = 0;
      long start = System.nanoTime();
      while (requests.next()) {
        events++;
      }
      return events * NANOS_PER_SECOND / (System.nanoTime() - start);
    }
  }

  private static PageEventOptions options(Machine machine) {
    GfpVocabulary vocabulary = GfpVocabulary.of(machine.spec().release());
    return PageEventOptions.of(EventPolicy.LENIENT, vocabulary::parse)
        .bounds(machine.spec().endPfn() - 1, machine.spec().maxOrder(), MIGRATE_TYPES);
  }
}
