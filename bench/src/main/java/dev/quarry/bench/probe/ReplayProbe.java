package dev.quarry.bench.probe;

import dev.quarry.machine.MachineSpec;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.PageEventOptions;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.recording.RequestEvents;
import dev.quarry.replay.report.ReplayOptions;
import dev.quarry.replay.report.ReplayResult;
import java.nio.file.Path;

/**
 * Plays a recording again and again, each time on a machine in the state in which the recording
 * begins, and prints the requests per second of each time: {@code play 3200000}. Before each, it
 * reads the same file without playing it: {@code read 4800000}. Booting is not timed. With {@code
 * slab} as the fourth argument it does so with slab events.
 */
public final class ReplayProbe {
  static final double NANOS_PER_SECOND = 1e9;
  private static final int MIGRATE_TYPES = 16;

  /** What one pass measured: events or requests a second. */
  record Rates(long events, double read, double play) {}

  /** Plays all of a recording once. */
  @FunctionalInterface
  interface Pass {
    Rates run();
  }

  private final Recording recording;

  private ReplayProbe(Recording recording) {
    this.recording = recording;
  }

  /** Takes the recording's folder, how often to warm up, and how many requests to play at least. */
  public static void main(String[] args) {
    Recording recording = Recording.open(Path.of(args[0]));
    boolean slab = args.length > 3 && args[3].equals("slab");
    Pass pass = slab ? new SlabPass(recording) : new ReplayProbe(recording)::once;
    int warmups = Integer.parseInt(args[1]);
    long least = Long.parseLong(args[2]);
    for (int i = 0; i < warmups; i++) {
      pass.run();
    }
    for (long played = 0; played < least; ) {
      Rates rates = pass.run();
      System.out.println("read " + rates.read);
      System.out.println("play " + rates.play);
      played += rates.events;
    }
  }

  private Rates once() {
    try (ReplayResult result = ReplayResult.play(recording, ReplayOptions.PLAIN, _ -> {})) {
      double readRate = read(result.machine().spec());
      long events = result.player().counters().events();
      return new Rates(events, readRate, events / result.seconds());
    }
  }

  private double read(MachineSpec spec) {
    try (RequestEvents requests = recording.requests(options(spec))) {
      long events = 0;
      long start = System.nanoTime();
      while (requests.next()) {
        events++;
      }
      return events * NANOS_PER_SECOND / (System.nanoTime() - start);
    }
  }

  private static PageEventOptions options(MachineSpec spec) {
    GfpVocabulary vocabulary = GfpVocabulary.of(spec.release());
    return PageEventOptions.of(EventPolicy.LENIENT, vocabulary::parse)
        .bounds(spec.endPfn() - 1, spec.maxOrder(), MIGRATE_TYPES);
  }
}
