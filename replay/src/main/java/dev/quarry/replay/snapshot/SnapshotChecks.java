package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.RecordingException;
import java.util.List;

/**
 * Holds the files of a snapshot against themselves and against each other. The files were not taken
 * at one instant, so that counts may differ a little: those are notes. What no machine can have is
 * fatal: a frame on two lists, a block that does not begin at a multiple of its size, that lies
 * outside its zone or is larger than the machine's largest.
 */
public final class SnapshotChecks {
  private SnapshotChecks() {}

  /** All findings, in the order zones, counts, lists; at most some hundreds. */
  public static List<Finding> check(Snapshot snapshot) {
    Findings findings = new Findings();
    snapshot.zoneInfo().ifPresent(zoneInfo -> ZoneChecks.check(zoneInfo, findings));
    CountChecks.check(snapshot, findings);
    if (snapshot.zoneInfo().isPresent()) {
      new ListChecks(snapshot, snapshot.zoneInfo().get(), findings).check();
    }
    return findings.toList();
  }

  /**
   * The findings that leave the snapshot usable.
   *
   * @throws RecordingException with the first finding that does not
   */
  public static List<Finding> requireUsable(Snapshot snapshot) {
    List<Finding> findings = check(snapshot);
    List<Finding> fatal = findings.stream().filter(Finding::isFatal).toList();
    if (!fatal.isEmpty()) {
      String more = fatal.size() == 1 ? "" : "; and " + (fatal.size() - 1) + " more of this weight";
      throw new RecordingException(fatal.getFirst().place(), fatal.getFirst().text() + more);
    }
    return findings;
  }
}
