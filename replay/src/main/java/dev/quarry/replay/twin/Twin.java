package dev.quarry.replay.twin;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.physical.Zone;
import dev.quarry.replay.play.SnapshotBoot;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.SnapshotMachine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A machine that can be booted again and again in the state that the files of {@code /proc} show.
 * The same files give the same twin.
 */
public final class Twin {
  private final Snapshot snapshot;
  private final SnapshotMachine derived;
  private final List<String> notes;

  private Twin(Snapshot snapshot, SnapshotMachine derived, List<String> notes) {
    this.snapshot = snapshot;
    this.derived = derived;
    this.notes = notes;
  }

  /**
   * Reads the files and boots once, to find out what they do not tell.
   *
   * @param folder {@code /proc}, or copies of some of its files
   * @throws RecordingException if no machine can be made of them
   */
  public static Twin of(Path folder) {
    TwinFiles files = TwinFiles.read(folder);
    Set<String> notes = new LinkedHashSet<>(files.notes());
    SnapshotMachine derived = files.machine();
    List<String> ofBoot = new ArrayList<>(derived.notes());
    try (Machine machine = SnapshotBoot.twin(derived, files.snapshot(), ofBoot)) {
      notes.addAll(ofBoot);
      notes.addAll(drifts(machine));
    }
    return new Twin(files.snapshot(), derived, List.copyOf(notes));
  }

  private static List<String> drifts(Machine machine) {
    List<String> notes = new ArrayList<>();
    for (Zone zone : machine.memory().zones()) {
      if (zone.counterDrift() != 0) {
        notes.add(
            String.format(
                Locale.ROOT,
                "%s: %,d pages are counted as free, its blocks hold %,d: tests follow the counter",
                zone,
                zone.freePages(),
                zone.freePages() - zone.counterDrift()));
      }
    }
    return notes;
  }

  /** The machine in the state of the files, as often as it is asked for. The caller closes it. */
  public Machine boot() {
    return SnapshotBoot.twinAgain(derived, snapshot);
  }

  /** What the machine is booted from. */
  public MachineSpec spec() {
    return derived.spec();
  }

  /** The files. */
  public Snapshot snapshot() {
    return snapshot;
  }

  /** What the files do not tell, and what that costs. */
  public List<String> notes() {
    return notes;
  }
}
