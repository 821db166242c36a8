package dev.quarry.replay.faults;

import dev.quarry.replay.calls.Complaints;
import dev.quarry.replay.calls.TaskEvent;
import dev.quarry.replay.calls.TaskEvents;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The two files of a recording as one, by time. Within a microsecond a call's begin stands behind
 * faults, all else before them.
 */
final class FaultEvents implements TaskEvents {
  private final FaultLines faults;
  private final OtherLines others;
  private @Nullable TaskEvent fault;
  private @Nullable TaskEvent other;

  FaultEvents(
      Path faultFile, String faultName, Path otherFile, String otherName, Complaints wrong) {
    this.faults = new FaultLines(faultFile, faultName, wrong);
    this.others = new OtherLines(otherFile, otherName, wrong);
    this.fault = faults.next();
    this.other = others.next();
  }

  @Override
  public @Nullable TaskEvent next() {
    if (isFaultFirst()) {
      TaskEvent first = fault;
      fault = faults.next();
      return first;
    }
    TaskEvent first = other;
    other = other == null ? null : others.next();
    return first;
  }

  private boolean isFaultFirst() {
    if (fault == null || other == null) {
      return fault != null;
    }
    long difference = fault.micros() - other.micros();
    return difference < 0 || (difference == 0 && others.enters());
  }

  /** How much of both files, still packed, was read. */
  long bytesRead() {
    return faults.bytesRead() + others.bytesRead();
  }

  @Override
  public void close() {
    faults.close();
    others.close();
  }
}
