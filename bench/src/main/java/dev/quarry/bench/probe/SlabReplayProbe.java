package dev.quarry.bench.probe;

import dev.quarry.machine.MachineSpec;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.recording.SlabRequests;
import dev.quarry.replay.slab.SlabReplay;
import dev.quarry.replay.slab.SlabResult;
import java.nio.file.Path;
import java.util.List;

/**
 * Plays a recording's slab events again and again, each time on a machine in the state in which
 * they begin, and prints the events per second of each time: {@code play 6000000}. Before each, it
 * reads the same file without playing it: {@code read 30000000}. Booting and what is counted
 * afterwards is not timed.
 */
public final class SlabReplayProbe {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Recording recording;
  private final MachineSpec machine;

  private SlabReplayProbe(Recording recording) {
    this.recording = recording;
    this.machine = recording.machine(recording.before()).spec();
  }

  /** Takes the recording's folder, how often to warm up, and how many events to play at least. */
  public static void main(String[] args) {
    SlabReplayProbe probe = new SlabReplayProbe(Recording.open(Path.of(args[0])));
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
    double readRate = read();
    SlabResult result =
        SlabReplay.play(recording, machine, List.of(), EventPolicy.LENIENT, false).orElseThrow();
    long events = result.counters().events();
    if (print) {
      System.out.println("read " + readRate);
      System.out.println("play " + events / result.seconds());
    }
    return events;
  }

  private double read() {
    GfpVocabulary vocabulary = GfpVocabulary.of(machine.release());
    try (SlabRequests requests =
        recording
            .slabRequests(recording.slabInterval(), EventPolicy.LENIENT, vocabulary::parse)
            .orElseThrow()) {
      long events = 0;
      long start = System.nanoTime();
      while (requests.next()) {
        events++;
      }
      return events * NANOS_PER_SECOND / (System.nanoTime() - start);
    }
  }
}
