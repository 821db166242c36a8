package dev.quarry.virtual.fault;

import dev.quarry.virtual.fault.RemoteAccess.IoVec;
import java.util.List;

/** A place in parts of memory that lie one after the other: {@code struct iov_iter}. */
final class IoCursor {
  private final List<IoVec> parts;
  private int part;
  private long done;

  IoCursor(List<IoVec> parts) {
    this.parts = parts;
    skipEmpty();
  }

  private void skipEmpty() {
    while (part < parts.size() && parts.get(part).bytes() == done) {
      part++;
      done = 0;
    }
  }

  boolean isAtEnd() {
    return part == parts.size();
  }

  long address() {
    return parts.get(part).address() + done;
  }

  /** Bytes that are left of the part. */
  long left() {
    return parts.get(part).bytes() - done;
  }

  /** Bytes that are left of all parts. */
  long leftInAll() {
    long sum = -done;
    for (int i = part; i < parts.size(); i++) {
      sum += parts.get(i).bytes();
    }
    return sum;
  }

  void advance(long bytes) {
    done += bytes;
    skipEmpty();
  }
}
