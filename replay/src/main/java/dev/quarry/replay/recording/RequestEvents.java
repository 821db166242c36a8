package dev.quarry.replay.recording;

import dev.quarry.replay.read.Interval;
import dev.quarry.replay.read.Place;

/**
 * The requests of a recording, within the time for which it is complete: all that a player may see
 * of the events. What the kernel's allocator did about a request never comes through here: events
 * {@code Z}, {@code D}, {@code B} and {@code X} are passed over, and no accessor leads to them.
 *
 * <p>An allocation's frame number is a <em>handle</em>: it says which free belongs to which
 * allocation, and nothing about where pages should come from. The free of a handle that was not
 * allocated here means a frame of the state before.
 */
public final class RequestEvents implements AutoCloseable {
  private final PageEvents reader;
  private final PageEvent event;
  private final Interval interval;

  /** The requests of a reader that nobody else reads; it is closed with this. */
  public RequestEvents(PageEvents reader, Interval interval) {
    this.reader = reader;
    this.event = reader.event();
    this.interval = interval;
  }

  /** Goes to the next request; false at the end. */
  public boolean next() {
    while (reader.next()) {
      if (event.kind().isRequest() && interval.contains(event.timeMicros())) {
        return true;
      }
    }
    return false;
  }

  /** Whether this is an allocation; otherwise it is a free. */
  public boolean isAllocation() {
    return event.kind() != PageEventKind.FREE;
  }

  /** Whether the kernel could not serve this allocation: no free will follow. */
  public boolean failed() {
    return event.kind() == PageEventKind.ALLOC_FAILED;
  }

  /** When, in microseconds of the recorded machine's clock; never less than before. */
  public long timeMicros() {
    return event.timeMicros();
  }

  /** The CPU that asked. */
  public int cpu() {
    return event.cpu();
  }

  /** The thread that asked. */
  public int tid() {
    return event.tid();
  }

  /** Which pages: equal for an allocation and its free; {@link PageEvent#NO_PFN} if it failed. */
  public int handle() {
    return event.pfn();
  }

  /** Order of the request. */
  public int order() {
    return event.order();
  }

  /** Of an allocation: the migrate type that the kernel derived from the flags; else 0. */
  public int migrateType() {
    return event.migrateType();
  }

  /** Of an allocation: its flags, as {@link PageEventOptions#gfp} translated them; else 0. */
  public int gfp() {
    return event.gfp();
  }

  /** Of an allocation: its flags in the kernel's words; else empty. */
  public String gfpNames() {
    return event.gfpNames();
  }

  /**
   * The handles of the requests that come next, as far as the file's form shows them without
   * reading on, and whether or not they lie in the interval; 0 for a request that failed.
   *
   * @param handles receives them
   * @return how many there are, from 0 to {@code handles.length}
   */
  public int handlesAhead(int[] handles) {
    return reader.framesAhead(handles);
  }

  /** The name of a thread, as far as the file gave it up to here; empty if it did not. */
  public String comm(int tid) {
    return reader.comm(tid);
  }

  /** Where the request stands in its file, for messages. */
  public Place place() {
    return reader.place();
  }

  /** The lines that were wrong up to here. */
  public EventProblems problems() {
    return reader.problems();
  }

  /** Size of the file on the disk in bytes, for progress. */
  public long fileBytes() {
    return reader.fileBytes();
  }

  /** How much of it was read, in bytes. */
  public long fileBytesRead() {
    return reader.fileBytesRead();
  }

  @Override
  public void close() {
    reader.close();
  }
}
