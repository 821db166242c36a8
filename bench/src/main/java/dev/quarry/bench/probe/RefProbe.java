package dev.quarry.bench.probe;

import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.Presets;
import dev.quarry.replay.refs.RefBatch;
import dev.quarry.replay.refs.RefOptions;
import dev.quarry.replay.refs.RefReader;
import dev.quarry.replay.refs.RefReplay;
import dev.quarry.replay.refs.RefResult;
import dev.quarry.replay.refs.RefSettings;
import dev.quarry.replay.refs.StackDistances;
import dev.quarry.replay.trace.EventFile;
import java.nio.file.Path;
import java.util.List;

/**
 * Plays a recording of references again and again, each time on a machine that is booted for it,
 * and prints the references per second of each time: {@code play 60000000}, or {@code distances
 * 50000000}. Before each, it reads the same file without playing it: {@code read 90000000}. Booting
 * is not timed.
 */
public final class RefProbe {
  private static final long WINDOW = 1_000_000;
  private static final String DISTANCES = "distances";

  private final Path file;
  private final String what;

  private RefProbe(Path file, String what) {
    this.file = file;
    this.what = what;
  }

  /**
   * Takes the file, how often to warm up, how many references to play at least, and a setting such
   * as {@code tlb=off}, or {@code distances}.
   */
  public static void main(String[] args) {
    RefProbe probe = new RefProbe(Path.of(args[0]), args[3]);
    int warmups = Integer.parseInt(args[1]);
    long least = Long.parseLong(args[2]);
    for (int i = 0; i < warmups; i++) {
      probe.read();
      probe.play();
    }
    for (long played = 0; played < least; ) {
      ReplayProbe.Rates rates = probe.once();
      System.out.println("read " + rates.read());
      System.out.println("play " + rates.play());
      played += rates.events();
    }
  }

  private ReplayProbe.Rates once() {
    double readSeconds = read();
    Played played = play();
    long references = played.references;
    return new ReplayProbe.Rates(references, references / readSeconds, references / played.seconds);
  }

  private record Played(long references, double seconds) {}

  private Played play() {
    try (RefReader reader = open()) {
      if (what.equals(DISTANCES)) {
        long start = System.nanoTime();
        StackDistances distances = RefReplay.distances(reader, _ -> {});
        double seconds = (System.nanoTime() - start) / ReplayProbe.NANOS_PER_SECOND;
        return new Played(distances.curve().references(), seconds);
      }
      MachineSpec machine = Presets.get("laptop");
      RefOptions options = new RefOptions(machine, RefSettings.of(List.of(what)), WINDOW, false);
      RefResult result = RefReplay.play(reader, "references", options, _ -> {});
      return new Played(result.references(), result.seconds());
    }
  }

  private double read() {
    try (RefReader reader = open()) {
      RefBatch batch = new RefBatch();
      long entries = 0;
      long start = System.nanoTime();
      while (reader.next(batch)) {
        entries += batch.size;
      }
      double seconds = (System.nanoTime() - start) / ReplayProbe.NANOS_PER_SECOND;
      return entries == 0 ? Double.NaN : seconds;
    }
  }

  private RefReader open() {
    return EventFile.open(file, "references").references(true);
  }
}
