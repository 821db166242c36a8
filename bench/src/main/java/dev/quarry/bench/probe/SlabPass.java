package dev.quarry.bench.probe;

import dev.quarry.machine.MachineSpec;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.recording.SlabRequests;
import dev.quarry.replay.slab.SlabReplay;
import dev.quarry.replay.slab.SlabResult;
import java.util.List;

/**
 * One pass of a recording's slab events, on a machine in the state in which they begin. Booting and
 * what is counted afterwards is not timed.
 */
final class SlabPass implements ReplayProbe.Pass {
  private final Recording recording;
  private final MachineSpec machine;

  SlabPass(Recording recording) {
    this.recording = recording;
    this.machine = recording.machine(recording.before()).spec();
  }

  @Override
  public ReplayProbe.Rates run() {
    double readRate = read();
    SlabResult result =
        SlabReplay.play(recording, machine, List.of(), EventPolicy.LENIENT, false).orElseThrow();
    long events = result.counters().events();
    return new ReplayProbe.Rates(events, readRate, events / result.seconds());
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
      return events * ReplayProbe.NANOS_PER_SECOND / (System.nanoTime() - start);
    }
  }
}
